import { execFile } from "node:child_process";
import { chmod, link, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { confinedBy, type ConfinedDirectory, confinedDirectory } from "./confined-directory.ts";
import type { ConfinedContent } from "./confined-reading.ts";
import { holdByName } from "./held-directory.ts";

class Refused extends Error {}
const failure = (operation: string, path: string, cause: unknown) => new Refused(`cannot ${operation} ${path}`, { cause });
const LIMIT = { limitBytes: 1024 };

const base = await mkdtemp(join(tmpdir(), "dad confined many "));
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

const refusal = (reason: string) => ({ cause: expect.objectContaining({ name: "ForeignFileRefusal", message: expect.stringContaining(reason) }) });
const ways: readonly (readonly [string, (hardLinks?: "allow") => ConfinedDirectory])[] = [
  ["held by descriptors", (hardLinks) => confinedDirectory({ root, failure, hardLinks })],
  ["held by names, where there are no descriptors", (hardLinks) => confinedBy(() => holdByName([Buffer.from(root)]), { root, failure, hardLinks })],
];

async function all(items: AsyncIterable<ConfinedContent>): Promise<string[]> {
  const found: string[] = [];
  for await (const { path, stats, content } of items)
    found.push(
      `${Buffer.from(path as string).toString("latin1")}: ${stats?.kind} ${content ? Buffer.from(content).toString() : stats?.target?.toString()}`,
    );
  return found;
}

describe.each(ways)("many files of a confined directory %s", (_way, make) => {
  let files: ConfinedDirectory;
  beforeEach(() => {
    files = make();
  });

  it("are told in the order in which they were asked for, with what they hold", async () => {
    const paths = Array.from({ length: 200 }, (_, index) => `many/${index % 3}/${index}`);
    for (const path of ["many/0", "many/1", "many/2"]) await mkdir(at(path), { recursive: true });
    for (const path of paths) await writeFile(at(path), path);
    await writeFile(Buffer.concat([Buffer.from(`${root}/n`), Buffer.from([0xff])]), "no text");
    const found = await all(files.readAll([...paths, "sub/file", Buffer.from("n\xff", "latin1"), ...paths], LIMIT));
    const expected = paths.map((path) => `${path}: file ${path}`);
    expect(found).toEqual([...expected, "sub/file: file inside", "n\xff: file no text", ...expected]);
  });

  it("are told as what they are when they are something else, and nothing else than a file is opened", async () => {
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await symlink(outside("file"), at("link"));
    await symlink(outside(), at("out"));
    await symlink("sub", at("in"));
    await writeFile(at("large"), "");
    await truncate(at("large"), 1025);
    const paths = ["gone", "in/file", "large", "link", "out/file", "pipe", "sub", "sub/file/below", "sub/gone"];
    const told = await all(files.readAll(paths, LIMIT));
    expect(told).toEqual([
      "gone: undefined undefined",
      "in/file: undefined undefined",
      "large: file undefined",
      `link: link ${outside("file")}`,
      "out/file: undefined undefined",
      "pipe: pipe undefined",
      "sub: directory undefined",
      "sub/file/below: undefined undefined",
      "sub/gone: undefined undefined",
    ]);
  });

  it("are read when they are empty, and say whose they may be executed", async () => {
    await writeFile(at("empty"), "");
    await chmod(at("empty"), 0o755);
    for await (const { stats, content } of files.readAll(["empty"], LIMIT)) {
      expect(content).toHaveLength(0);
      expect(stats?.mode).toBe(0o755);
    }
  });

  it("are refused when they have a second name, unless that is allowed", async () => {
    await link(outside("file"), at("linked"));
    await expect(all(files.readAll(["linked"], LIMIT))).rejects.toMatchObject({ message: "cannot read linked", ...refusal("it has 2 names") });
    expect(await all(make("allow").readAll(["linked"], LIMIT))).toEqual(["linked: file SECRET"]);
  });

  it("are no more when the directory is gone, and refused when a link is in its place", async () => {
    await rename(root, `${root} moved`);
    expect(await all(files.readAll(["sub/file"], LIMIT))).toEqual(["sub/file: undefined undefined"]);
    await symlink(`${root} moved`, root);
    await expect(all(files.readAll(["sub/file"], LIMIT))).rejects.toMatchObject(refusal("the directory is a link"));
  });

  it("are not looked at where there is no way down, and not any more once somebody has enough", async () => {
    for (const path of ["../outside/file", "", ".", "a//b"])
      await expect(all(files.readAll(["sub/file", path], LIMIT))).rejects.toBeInstanceOf(Refused);
    const reason = new Error("enough");
    await expect(all(files.readAll(["sub/file"], { ...LIMIT, signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  it("become links, in the place of whatever is there and no directory", async () => {
    for (const path of ["link", "sub/file", "new/link"]) await files.writeLink(path, Buffer.from("../outside/file"));
    await files.writeLink("link", Buffer.from("elsewhere"));
    expect(await readlink(at("link"))).toBe("elsewhere");
    for (const path of ["sub/file", "new/link"]) expect(await readlink(at(path))).toBe("../outside/file");
    expect(await readFile(outside("file"), "utf8")).toBe("SECRET");
    await symlink(outside(), at("out"));
    await expect(files.writeLink("sub", Buffer.from("x"))).rejects.toMatchObject(refusal("it is a directory"));
    await expect(files.writeLink("out/link", Buffer.from("x"))).rejects.toMatchObject(refusal("out is a link"));
    expect(await readdir(outside())).toEqual(["file"]);
    expect((await readdir(root)).toSorted()).toEqual(["link", "new", "out", "sub"]);
  });

  it("go one by one, a directory only when nothing is in it", async () => {
    await symlink(outside(), at("out"));
    await expect(files.removeFile("sub")).rejects.toMatchObject(refusal("it is a directory"));
    expect(await files.removeEmpty("sub")).toBe(false);
    expect(await files.removeEmpty("out")).toBe(false);
    expect([await files.removeFile("sub/file"), await files.removeFile("sub/file")]).toEqual([true, false]);
    expect([await files.removeEmpty("sub"), await files.removeEmpty("sub")]).toEqual([true, false]);
    await expect(files.removeFile("out/file")).rejects.toMatchObject(refusal("out is a link"));
    expect(await files.removeFile("out")).toBe(true);
    expect((await lstat(outside("file"))).isFile()).toBe(true);
    expect(await readdir(root)).toEqual([]);
  });
});
