import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { chmod, link, mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type ForeignFile, foreignFiles } from "./foreign-files.ts";
import { openByNames } from "./open-inside.ts";

class Unreadable extends Error {}
const files = foreignFiles((operation, path, cause) => new Unreadable(`cannot ${operation} ${path}`, { cause }));
const LIMIT = { limitBytes: 1024 };

const base = await mkdtemp(join(tmpdir(), "dad disk "));
afterAll(() => rm(base, { recursive: true, force: true }));
let count = 0;
let root: string;
const at = (...parts: string[]) => join(root, ...parts);
beforeEach(async () => {
  const place = join(base, String(++count));
  root = join(place, "root");
  await mkdir(at("sub"), { recursive: true });
  await writeFile(at("sub", "file"), "inside");
  await mkdir(join(place, "outside"));
  await writeFile(join(place, "outside", "file"), "SECRET");
});

const outside = (...parts: string[]) => at("..", "outside", ...parts);
const text = (file: { readonly content: Uint8Array } | undefined) => file && Buffer.from(file.content).toString();
const refusal = (reason: string) => ({ cause: expect.objectContaining({ name: "ForeignFileRefusal", message: expect.stringContaining(reason) }) });

describe("read", () => {
  it("gives the content, and whether its owner may execute it", async () => {
    expect(await files.read(at("sub", "file"), LIMIT)).toEqual({ content: new Uint8Array(Buffer.from("inside")), executable: false });
    await chmod(at("sub", "file"), 0o755);
    expect(await files.read(at("sub", "file"), LIMIT)).toMatchObject({ executable: true });
  });

  it("follows the links of whoever wrote the path", async () => {
    await symlink("sub/file", at("link"));
    expect(text(await files.read(at("link"), LIMIT))).toBe("inside");
  });

  it("takes a file of exactly as many bytes as are read, and refuses one with more", async () => {
    await writeFile(at("file"), "x".repeat(1024));
    expect((await files.read(at("file"), LIMIT)).content).toHaveLength(1024);
    await truncate(at("file"), 1025);
    await expect(files.read(at("file"), LIMIT)).rejects.toMatchObject(refusal("it has 1025 bytes, and at most 1024 are read"));
  });

  it("refuses a sparse file of a terabyte without reading it", async () => {
    await writeFile(at("file"), "");
    await truncate(at("file"), 2 ** 40);
    await expect(files.read(at("file"), { limitBytes: 2 ** 30 })).rejects.toMatchObject(refusal("1099511627776 bytes"));
  });

  it("refuses a file whose size the kernel does not tell when it has too much in it", async () => {
    await expect(files.read("/proc/self/status", { limitBytes: 16 })).rejects.toMatchObject(refusal("it grows"));
  });

  it("refuses a directory, and names what the disk refuses", async () => {
    await expect(files.read(at("sub"), LIMIT)).rejects.toMatchObject(refusal("it is a directory, not a file"));
    await expect(files.read(at("gone"), LIMIT)).rejects.toMatchObject({ message: `cannot read ${at("gone")}`, cause: { code: "ENOENT" } });
  });

  it("refuses a pipe without waiting for whoever writes, a socket and a device", async () => {
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await expect(files.read(at("pipe"), LIMIT)).rejects.toMatchObject(refusal("a pipe"));
    const server = createServer().listen(at("socket"));
    await new Promise((done) => server.once("listening", done));
    await expect(files.read(at("socket"), LIMIT)).rejects.toMatchObject(refusal("a socket"));
    await new Promise((done) => server.close(done));
    await expect(files.read("/dev/zero", LIMIT)).rejects.toMatchObject(refusal("a device"));
  });

  it("stops when it is told to, with the reason", async () => {
    const reason = new Error("enough");
    await expect(files.read(at("sub", "file"), { ...LIMIT, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

const reasonOf = (error: unknown) => messageOf(error instanceof Unreadable ? error.cause : error);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : undefined);
const names = async (path: string) => {
  await using file = await openByNames({ root, parts: path.split("/"), flags: constants.O_RDONLY });
  return file && text({ content: await file.readFile() });
};
const ways: readonly (readonly [string, (path: string) => Promise<string | undefined>])[] = [
  ["readInside", async (path) => text(await files.readInside(root, path, LIMIT))],
  ["openByNames, where there are no descriptors,", names],
];

describe.each(ways)("%s", (_way, read) => {
  it("gives a file, also one with a second name", async () => {
    expect(await read("sub/file")).toBe("inside");
    await link(at("sub", "file"), at("second"));
    expect(await read("second")).toBe("inside");
  });

  it("gives nothing for what is not there, and for what is no regular file", async () => {
    await symlink(outside("file"), at("link"));
    await symlink("nowhere", at("dangling"));
    await symlink("loop", at("loop"));
    for (const path of ["gone", "gone/file", "sub", "sub/file/below", "link", "dangling", "loop"]) expect(await read(path)).toBeUndefined();
  });

  it("gives nothing for a pipe, and does not wait", async () => {
    await promisify(execFile)("mkfifo", [at("pipe")]);
    expect(await read("pipe")).toBeUndefined();
  });

  it.each(["out", "in"])("fails where a link leads %s", async (name) => {
    await symlink(name === "in" ? "sub" : outside(), at(name));
    await expect(read(`${name}/file`).catch(reasonOf)).resolves.toBe(`${name} is a link`);
  });

  it("fails when a link is in the place of the directory", async () => {
    await rename(root, `${root} moved`);
    await symlink(outside(), root);
    await expect(read("file").catch(reasonOf)).resolves.toBe("the directory is a link");
  });
});

describe("readInside", () => {
  it("says which part of the way is a link", async () => {
    await symlink(outside(), at("sub", "out"));
    await expect(files.readInside(root, "sub/out/file", LIMIT)).rejects.toMatchObject(refusal("sub/out is a link"));
    await expect(files.readInside(root, "sub/out/file", LIMIT)).rejects.toBeInstanceOf(Unreadable);
  });

  it.each(["", "..", "../outside/file", "sub/../../outside/file", "/etc/passwd", "./sub", "sub//file", "a\0b"])(
    "takes %j for a mistake of the program",
    async (path) => {
      await expect(files.readInside(root, path, LIMIT)).rejects.toBeInstanceOf(TypeError);
    },
  );

  it("reads no more than it was told to", async () => {
    await expect(files.readInside(root, "sub/file", { limitBytes: 5 })).rejects.toMatchObject(refusal("it has 6 bytes"));
  });

  // What other systems have is no more than a look before and after.
  it.runIf(process.platform === "linux").each([
    [
      "the file",
      `const take = () => { symlinkSync(outside + "/file", at("next")); renameSync(at("next"), at("sub/file")); };
      const give = () => { writeFileSync(at("next"), "inside"); renameSync(at("next"), at("sub/file")); };`,
    ],
    [
      "its directory",
      `symlinkSync(outside, at("link"));
      const take = () => { renameSync(at("sub"), at("aside")); renameSync(at("link"), at("sub")); };
      const give = () => { renameSync(at("sub"), at("link")); renameSync(at("aside"), at("sub")); };`,
    ],
  ])("never gives what is outside while %s becomes a link and a file again, 2000 times", async (_what, swap) => {
    const seen = new Set<unknown>();
    await whileSwapping(swap, async () => {
      const found = await files.readInside(root, "sub/file", LIMIT).catch((error: unknown) => error);
      seen.add(found instanceof Unreadable ? undefined : text(found as ForeignFile | undefined));
    });
    seen.delete(undefined);
    expect([...seen]).toEqual(["inside"]);
  });
});

/** Repeats the work until a thread of its own has swapped 2000 times, and once more. */
async function whileSwapping(swap: string, work: () => Promise<void>): Promise<void> {
  const code = `const { renameSync, symlinkSync, writeFileSync } = require("node:fs");
    const { root, outside } = require("node:worker_threads").workerData;
    const at = (path) => root + "/" + path;
    ${swap}
    for (let count = 0; count < 2000; count++) { take(); give(); }`;
  const worker = new Worker(code, { eval: true, workerData: { root, outside: outside() } });
  const swapping = new AbortController();
  const ended = new Promise<void>((done, fail) => {
    worker.once("error", fail);
    worker.once("exit", () => done());
  }).finally(() => swapping.abort());
  while (!swapping.signal.aborted) await work();
  await ended;
  await work();
}
