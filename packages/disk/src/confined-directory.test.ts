import { execFile } from "node:child_process";
import { appendFile, chmod, link, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { confinedBy, type ConfinedDirectory, confinedDirectory } from "./confined-directory.ts";
import { holdByName } from "./held-directory.ts";

class Refused extends Error {}
const failure = (operation: string, path: string, cause: unknown) => new Refused(`cannot ${operation} ${path}`, { cause });
const LIMIT = { limitBytes: 1024 };
const LIMITS = { entries: 100, bytes: 10_000, depth: 10 };

const base = await mkdtemp(join(tmpdir(), "dad confined "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
const at = (...parts: string[]) => join(root, ...parts);
const outside = (...parts: string[]) => at("..", "outside", ...parts);
beforeEach(async () => {
  root = join(base, String(++count), "root");
  await mkdir(at("sub"), { recursive: true });
  await writeFile(at("sub", "file"), "inside");
  await mkdir(outside());
  await writeFile(outside("file"), "SECRET");
});

const text = (file: { readonly content: Uint8Array } | undefined) => file && Buffer.from(file.content).toString();
const bytes = (value: string) => new TextEncoder().encode(value);
const refusal = (reason: string) => ({ cause: expect.objectContaining({ name: "ForeignFileRefusal", message: expect.stringContaining(reason) }) });
/** Not text: the first byte of a character of two, and no second. */
const NO_TEXT = Buffer.from("n\xff", "latin1");
const inRoot = (name: Buffer) => Buffer.concat([Buffer.from(`${root}/`), name]);

async function socket(path: string): Promise<AsyncDisposable> {
  const server = createServer().listen(path);
  await new Promise((done) => server.once("listening", done));
  return { [Symbol.asyncDispose]: () => new Promise((done) => server.close(() => done())) };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const ways: readonly (readonly [string, () => ConfinedDirectory])[] = [
  ["held by descriptors", () => confinedDirectory({ root, failure })],
  ["held by names, where there are no descriptors", () => confinedBy(() => holdByName([Buffer.from(root)]), { root, failure })],
];

describe.each(ways)("a confined directory %s", (_way, make) => {
  let files: ConfinedDirectory;
  beforeEach(() => {
    files = make();
  });

  it("gives what a file holds, and nothing for what is not there", async () => {
    expect(await files.read("sub/file", LIMIT)).toEqual({ content: new Uint8Array(Buffer.from("inside")), executable: false });
    await chmod(at("sub", "file"), 0o755);
    expect(await files.read("sub/file", LIMIT)).toMatchObject({ executable: true });
    for (const path of ["gone", "gone/file", "sub/file/below"]) expect(await files.read(path, LIMIT)).toBeUndefined();
  });

  it("refuses to read a link, and what is behind one, wherever it leads", async () => {
    await symlink(outside("file"), at("link"));
    await symlink("sub/file", at("inner"));
    await symlink("nowhere", at("dangling"));
    await symlink(outside(), at("sub", "out"));
    await symlink("sub", at("in"));
    for (const path of ["link", "inner", "dangling"])
      await expect(files.read(path, LIMIT)).rejects.toMatchObject(refusal("it is a link, not a file"));
    await expect(files.read("sub/out/file", LIMIT)).rejects.toMatchObject(refusal("sub/out is a link"));
    await expect(files.read("in/file", LIMIT)).rejects.toBeInstanceOf(Refused);
  });

  it("does nothing when a link is in the place of the directory", async () => {
    await rename(root, `${root} moved`);
    await symlink(outside(), root);
    const attempts = [
      () => files.read("file", LIMIT),
      () => files.write("file", bytes("x")),
      () => files.list("."),
      () => files.stat("file"),
      () => files.remove("file"),
      () => all(files.walk({ limits: LIMITS })),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(refusal("the directory is a link"));
    expect(await readFile(outside("file"), "utf8")).toBe("SECRET");
  });

  it("refuses a pipe without waiting, a socket, a directory and a device", async () => {
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await using _socket = await socket(at("socket"));
    for (const [path, kind] of [
      ["pipe", "a pipe"],
      ["socket", "a socket"],
      ["sub", "a directory"],
    ] as const)
      await expect(files.read(path, LIMIT)).rejects.toMatchObject(refusal(kind));
    const devices = confinedDirectory({ root: "/dev", failure });
    await expect(devices.read("zero", LIMIT)).rejects.toMatchObject(refusal("a device"));
  });

  it("refuses a file that has a second name, unless it is told to allow that", async () => {
    await link(outside("file"), at("linked"));
    await expect(files.read("linked", LIMIT)).rejects.toMatchObject(refusal("it has 2 names"));
    expect(await files.stat("linked")).toMatchObject({ kind: "file", nlink: 2 });
    expect(text(await confinedDirectory({ root, failure, hardLinks: "allow" }).read("linked", LIMIT))).toBe("SECRET");
  });

  it("takes as many bytes as are allowed, and refuses more, also in a file with holes", async () => {
    await writeFile(at("file"), "x".repeat(1024));
    expect((await files.read("file", LIMIT))?.content).toHaveLength(1024);
    await truncate(at("file"), 1025);
    await expect(files.read("file", LIMIT)).rejects.toMatchObject(refusal("it has 1025 bytes"));
    await truncate(at("file"), 2 ** 40);
    await expect(files.read("file", { limitBytes: 2 ** 30 })).rejects.toMatchObject(refusal("1099511627776 bytes"));
  });

  it("cuts off a file that grows after it was opened", async () => {
    await using file = await files.open("sub/file");
    await appendFile(at("sub", "file"), "x".repeat(2000));
    await expect(file?.read(LIMIT)).rejects.toMatchObject(refusal("at most 1024 are read"));
    expect(await file?.look()).toMatchObject({ size: 2006 });
  });

  it("gives what a file holds in pieces, and no more than is allowed", async () => {
    const content = Buffer.alloc(3 * 2 ** 20, "abc");
    await writeFile(at("file"), content);
    await using file = await files.open("file");
    const pieces = await all(file!.pieces({ limitBytes: content.length }));
    expect(pieces.length).toBeGreaterThan(2);
    expect(Buffer.concat(pieces)).toEqual(content);
    await expect(all(file!.pieces({ limitBytes: content.length - 1 }))).rejects.toMatchObject(refusal(`it has ${content.length} bytes`));
    const reason = new Error("enough");
    await expect(all(file!.pieces({ ...LIMIT, signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  it("cuts off a file that grows while its pieces are taken", async () => {
    await using file = await files.open("sub/file");
    const taken: string[] = [];
    const takeAll = async () => {
      for await (const piece of file!.pieces(LIMIT)) {
        taken.push(Buffer.from(piece).toString());
        await appendFile(at("sub", "file"), "x".repeat(2000));
      }
    };
    await expect(takeAll()).rejects.toMatchObject(refusal("at most 1024 bytes are read"));
    expect(taken).toEqual(["inside"]);
  });

  it("writes content that comes in pieces when it is whole, and nothing of one that breaks off", async () => {
    async function* pieces(end?: Error) {
      yield bytes("one ");
      expect(await readFile(at("sub", "file"), "utf8")).toBe("inside");
      if (end) throw end;
      yield bytes("two");
    }
    const broken = new Error("broken off");
    await expect(files.write("sub/file", pieces(broken))).rejects.toMatchObject({ cause: broken });
    expect(await readdir(at("sub"))).toEqual(["file"]);
    await files.write("sub/file", pieces());
    expect(await readFile(at("sub", "file"), "utf8")).toBe("one two");
  });

  it.each([
    "",
    "..",
    "../outside/file",
    "sub/../../outside/file",
    "/etc/passwd",
    "./sub",
    "sub//file",
    "sub/",
    "a\0b",
    "x".repeat(256),
    "a/".repeat(3000),
  ])("refuses %j", async (path) => {
    for (const attempt of [
      () => files.read(path, LIMIT),
      () => files.write(path, bytes("x")),
      () => files.list(path),
      () => files.stat(path),
      () => files.remove(path),
    ])
      await expect(attempt()).rejects.toMatchObject(refusal("no path of something below"));
    expect(await readdir(root)).toEqual(["sub"]);
  });

  it("refuses to read, write or remove itself", async () => {
    for (const attempt of [() => files.read(".", LIMIT), () => files.write(".", bytes("x")), () => files.remove(".")])
      await expect(attempt()).rejects.toMatchObject(refusal("the directory itself"));
    expect(await files.stat(".")).toMatchObject({ kind: "directory" });
  });

  it("writes a file with the directories above it, and leaves nothing else", async () => {
    await files.write("a/b/c", bytes("one"));
    await files.write("a/b/c", bytes("two"), { mode: 0o4755 });
    expect(await readFile(at("a", "b", "c"), "utf8")).toBe("two");
    expect((await stat(at("a", "b", "c"))).mode & 0o7777 & ~0o022).toBe(0o755);
    expect(await readdir(at("a", "b"))).toEqual(["c"]);
    expect(await readdir(at("a"))).toEqual(["b"]);
  });

  it("writes through nothing that lies in the place of a file: a link, a second name, a pipe", async () => {
    await symlink(outside("file"), at("link"));
    await link(outside("file"), at("linked"));
    await promisify(execFile)("mkfifo", [at("pipe")]);
    for (const path of ["link", "linked", "pipe"]) {
      await files.write(path, bytes("mine"));
      expect(await readFile(at(path), "utf8")).toBe("mine");
    }
    expect(await readFile(outside("file"), "utf8")).toBe("SECRET");
  });

  it("refuses to write over a directory, below a file, and through a link to a directory", async () => {
    await symlink(outside(), at("out"));
    await expect(files.write("sub", bytes("x"))).rejects.toMatchObject(refusal("it is a directory"));
    await expect(files.write("sub/file/below", bytes("x"))).rejects.toMatchObject(refusal("sub/file is not a directory"));
    await expect(files.write("out/new", bytes("x"))).rejects.toMatchObject(refusal("out is a link"));
    expect(await readdir(outside())).toEqual(["file"]);
    expect(await readdir(root)).toEqual(["out", "sub"]);
  });

  it("lists what is in a directory by kind, and follows no link", async () => {
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await symlink(outside("file"), at("link"));
    await using _socket = await socket(at("socket"));
    await writeFile(at("suid"), "1234");
    await chmod(at("suid"), 0o6755);
    const listed = await files.list(".");
    expect(listed?.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "link: link",
      "pipe: pipe",
      "socket: socket",
      "sub: directory",
      "suid: file",
    ]);
    expect(listed?.find(({ name }) => name === "suid")).toMatchObject({ mode: 0o755, size: 4, nlink: 1 });
    expect(listed?.find(({ name }) => name === "link")).toMatchObject({ target: Buffer.from(outside("file")) });
    expect(await files.list("gone")).toBeUndefined();
    expect(await files.list("sub/file")).toBeUndefined();
    await expect(files.list("link")).rejects.toMatchObject(refusal("link is a link"));
    await expect(files.list(".", { most: 4 })).rejects.toMatchObject(refusal("more than 4 entries"));
  });

  it("names what is no text by its bytes, and takes them", async () => {
    const long = "l".repeat(255);
    for (const name of ["new\nline", long]) await files.write(name, bytes(name));
    await writeFile(inRoot(NO_TEXT), "no text");
    const listed = await files.list(".");
    expect(listed?.map(({ name }) => name)).toEqual([long, "new\nline", "n\ufffd", "sub"]);
    expect(listed?.[2]?.bytes).toEqual(NO_TEXT);
    expect(listed?.[1]?.bytes).toBeUndefined();
    expect(text(await files.read(NO_TEXT, LIMIT))).toBe("no text");
    expect(await files.read("n\ufffd", LIMIT)).toBeUndefined();
    expect((await all(files.walk({ limits: LIMITS }))).map(({ path, bytes: raw }) => raw ?? path)).toEqual([
      long,
      "new\nline",
      NO_TEXT,
      "sub",
      "sub/file",
    ]);
    expect(await files.remove(NO_TEXT)).toBe(true);
    await expect(lstat(inRoot(NO_TEXT))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("walks through everything but links", async () => {
    await symlink(outside(), at("sub", "out"));
    await mkdir(at("sub", "deep"));
    await writeFile(at("sub", "deep", "x"), "12");
    const found = await all(files.walk({ limits: LIMITS }));
    expect(found.map(({ path, kind, size }) => `${path}: ${kind}${kind === "file" ? ` ${size}` : ""}`)).toEqual([
      "sub: directory",
      "sub/deep: directory",
      "sub/deep/x: file 2",
      "sub/file: file 6",
      "sub/out: link",
    ]);
  });

  it.each([
    ["entries", { entries: 1 }, "with what is in sub there are more than 1 entries"],
    ["bytes", { bytes: 5 }, "with sub/file there are more than 5 bytes"],
    ["levels", { depth: 1 }, "with sub/file there are more than 1 levels"],
  ])("ends a walk at the limit of %s", async (_what, limit, reason) => {
    await expect(all(files.walk({ limits: { ...LIMITS, ...limit } }))).rejects.toMatchObject(refusal(reason));
  });

  it("removes a directory with all that is in it, however deep, and nothing that links lead to", async () => {
    await symlink(outside(), at("sub", "out"));
    await mkdir(at("sub", "locked", "too"), { recursive: true });
    await writeFile(at("sub", "locked", "too", "x"), "x");
    await chmod(at("sub", "locked", "too"), 0o000);
    await chmod(at("sub", "locked"), 0o555);
    // Deeper than a path may be long.
    await promisify(execFile)("sh", [
      "-c",
      `cd "$0" && n=${"n".repeat(200)} && for i in $(seq 40); do mkdir $n && cd -P $n || exit 1; done`,
      at("sub"),
    ]);
    expect(await files.remove("sub")).toBe(true);
    expect(await files.remove("sub")).toBe(false);
    expect(await readdir(root)).toEqual([]);
    expect(await readdir(outside())).toEqual(["file"]);
  });

  it("removes a link, and not what it leads to", async () => {
    await symlink(outside(), at("out"));
    expect(await files.remove("out")).toBe(true);
    await symlink(outside(), at("out"));
    await expect(files.remove("out/file")).rejects.toMatchObject(refusal("out is a link"));
    expect(await readdir(outside())).toEqual(["file"]);
  });

  it("stops when it is told to, with the reason", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const attempts = [
      () => files.read("sub/file", { ...LIMIT, signal }),
      () => files.write("x", bytes("x"), { signal }),
      () => files.list(".", { signal }),
      () => files.remove("sub", { signal }),
      () => all(files.walk({ limits: LIMITS, signal })),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toBe(reason);
    expect(await readdir(root)).toEqual(["sub"]);
  });
});

// By names alone, whoever finds its way changed stops: nobody could tell who changed it.
it("removes a directory into which somebody puts a file while it is removed", async () => {
  const names = Array.from({ length: 2000 }, (_, index) => String(index));
  await mkdir(at("tree", "inner"), { recursive: true });
  await Promise.all(names.map((name) => writeFile(at("tree", "inner", name), "")));
  const removed = confinedDirectory({ root, failure }).remove("tree");
  // Once some are gone, what is there has been listed, and the last ones take a while.
  while ((await readdir(at("tree", "inner"))).length === names.length);
  await writeFile(at("tree", "inner", "late"), "");
  expect(await removed).toBe(true);
  expect(await readdir(root)).toEqual(["sub"]);
});

describe.skipIf(process.platform !== "linux")("a directory that two remove at once", () => {
  it("is removed by both, each of whom finds what the other has removed already", async () => {
    const files = confinedDirectory({ root, failure });
    for (let round = 0; round < 20; round++) {
      for (const name of ["a", "b", "c"]) {
        await mkdir(at("tree", name, "below"), { recursive: true });
        for (let file = 0; file < 10; file++) await writeFile(at("tree", name, "below", String(file)), "x");
      }
      await Promise.all([files.remove("tree"), files.remove("tree")]);
      expect(await readdir(root)).toEqual(["sub"]);
    }
  });
});
