import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DiskFs, measure, nodeDisk } from "@dad/disk";
import { DiskCrashedError, faultyDisk } from "@dad/disk/testing";
import type { Garbage } from "@dad/doctor";
import { RelativePath } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diskTrash } from "./disk-trash.ts";

let runRoot: string;
beforeEach(async () => {
  runRoot = await mkdtemp(join(tmpdir(), "dad trash "));
});
afterEach(() => rm(runRoot, { recursive: true, force: true }));

const at = (path: string) => join(runRoot, path);
const trash = (fs?: DiskFs) => diskTrash({ runRoot, ...(fs ? { fs } : {}) });

async function garbage(path: string, text: string): Promise<Garbage> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), text);
  return judged(path);
}

async function judged(path: string): Promise<Garbage> {
  const { bytes, ...known } = (await measure(nodeDisk, at(path)))!;
  return { kind: "leftover", what: path, from: RelativePath.parse(path), reason: "a test", bytes, judged: known };
}

const text = (path: string) => readFile(at(path), "utf8").catch(() => undefined);

describe("a trash on disk", () => {
  it("holds what was taken until it is put back, byte by byte", async () => {
    const one = await garbage("a/one", "1");
    await mkdir(at("tree/deep"), { recursive: true });
    await writeFile(at("tree/deep/file"), "2");
    await symlink("/nowhere", at("tree/link"));
    const tree = await judged("tree");
    const open = await trash().open([one, tree]);
    expect([await open.take(one), await open.take(tree)]).toEqual([true, true]);
    expect((await readdir(runRoot)).sort()).toEqual([".dad", "a"]);

    const [stored, ...rest] = await trash().list();
    expect(rest).toEqual([]);
    expect(stored).toMatchObject({
      id: open.id,
      items: [
        { number: 1, from: "a/one", bytes: 1, reason: "a test" },
        { number: 2, from: "tree" },
      ],
    });
    await rm(at("a"), { recursive: true });
    for (const item of stored!.items) expect(await stored!.restore(item)).toBe(true);
    expect([await text("a/one"), await text("tree/deep/file"), await readdir(at("tree"))]).toEqual(["1", "2", ["deep", "link"]]);
    expect((await trash().list())[0]?.items).toEqual([]);
  });

  it("takes nothing that is not what was judged", async () => {
    const [touched, replaced, gone] = [await garbage("touched", "1"), await garbage("replaced", "2"), await garbage("gone", "3")];
    const open = await trash().open([touched, replaced, gone]);
    await utimes(at("touched"), 1, 1);
    await writeFile(at("new"), "another");
    await nodeDisk.rename(at("new"), at("replaced"));
    await rm(at("gone"));
    for (const thing of [touched, replaced, gone]) expect(await open.take(thing)).toBe(false);
    expect([await text("touched"), await text("replaced"), (await trash().list())[0]?.items]).toEqual(["1", "another", []]);
  });

  it("puts back at once what was touched at the moment when it was taken", async () => {
    const one = await garbage("one", "1");
    const fs: DiskFs = {
      ...nodeDisk,
      async rename(from, to) {
        await utimes(from, 1, 1);
        await nodeDisk.rename(from, to);
      },
    };
    expect(await (await trash(fs).open([one])).take(one)).toBe(false);
    expect([await text("one"), (await trash().list())[0]?.items]).toEqual(["1", []]);
  });

  it("takes nobody's place when it puts something back", async () => {
    const one = await garbage("one", "old");
    await mkdir(at("tree"));
    const tree = await judged("tree");
    const open = await trash().open([one, tree]);
    for (const thing of [one, tree]) await open.take(thing);
    await writeFile(at("one"), "new");
    await writeFile(at("tree"), "a file");
    const [stored] = await trash().list();
    for (const item of stored!.items) expect(await stored!.restore(item)).toBe(false);
    expect([await text("one"), await text("tree"), stored?.items.length]).toEqual(["new", "a file", 2]);
  });

  it("is gone when it was purged, and only it", async () => {
    const [one, two] = [await garbage("one", "1"), await garbage("two", "2")];
    const first = await trash().open([one]);
    await first.take(one);
    const second = await trash().open([two]);
    await second.take(two);
    const [stored] = (await trash().list()).filter(({ id }) => id === first.id);
    await stored?.purge();
    expect((await trash().list()).map(({ id }) => id)).toEqual([second.id]);
  });

  it("has on record all that is in it, wherever its maker was killed", async () => {
    for (let point = 1, done = false; !done; point++) {
      const [one, two] = [await garbage("one", "1"), await garbage("two", "2")];
      const fs = faultyDisk(nodeDisk, ({ number }) => (number === point ? { kind: "crash", when: "after" } : undefined));
      done = await collect(fs, [one, two]);
      for (const stored of await trash().list()) for (const item of stored.items) expect(await stored.restore(item)).toBe(true);
      expect([await text("one"), await text("two")]).toEqual(["1", "2"]);
    }
    const ids = (await trash().list()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("lists no other directory, and nothing where there is none", async () => {
    expect(await trash().list()).toEqual([]);
    await mkdir(at(".dad/trash/mine"), { recursive: true });
    await mkdir(at(".dad/trash/torn"));
    await writeFile(at(".dad/trash/torn/manifest.jsonl"), '{"format":"dad.tr');
    expect(await trash().list()).toEqual([]);
  });

  it("puts nothing outside of the run root, whatever the manifest says", async () => {
    const one = await garbage("one", "1");
    const open = await trash().open([one]);
    await open.take(one);
    const manifest = at(`.dad/trash/${open.id}/manifest.jsonl`);
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace('"from":"one"', '"from":"../one"'));
    expect((await trash().list())[0]?.items).toEqual([]);
  });
});

/** False when the disk crashed on the way. */
async function collect(fs: DiskFs, things: readonly Garbage[]): Promise<boolean> {
  try {
    const open = await trash(fs).open(things);
    for (const thing of things) await open.take(thing);
    return true;
  } catch (error) {
    if (error instanceof DiskCrashedError || (error instanceof Error && error.cause instanceof DiskCrashedError)) return false;
    throw error;
  }
}
