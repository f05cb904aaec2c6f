import { constants } from "node:fs";
import { describe, expect, it } from "vitest";
import type { DiskFs } from "../disk-fs.ts";
import { faultyDisk } from "./faulty-disk.ts";
import { type PowerLossDisk, powerLossDisk } from "./power-loss-disk.ts";

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

/** A disk on which the directory `/a` and the file `/a/old` with the content `old` are durable. */
async function prepared(): Promise<PowerLossDisk> {
  const disk = powerLossDisk();
  await disk.mkdir("/a");
  await disk.writeFile("/a/old", "old", { flag: "wx" });
  return disk.afterPowerLoss("everything");
}

interface Writing {
  readonly path: string;
  readonly text: string;
  readonly flags: string;
  readonly sync?: boolean;
}

async function write(disk: DiskFs, { path, text, flags, sync }: Writing): Promise<void> {
  const file = await disk.open(path, flags);
  await file.write(Buffer.from(text), 0, Buffer.byteLength(text));
  if (sync) await file.sync();
  await file.close();
}

async function syncDirectory(disk: DiskFs, path: string): Promise<void> {
  const directory = await disk.open(path, "r");
  await directory.sync();
  await directory.close();
}

async function contentOf(disk: DiskFs, path: string): Promise<string | undefined> {
  return await disk.readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => error.code);
}

async function namesIn(disk: DiskFs, path: string): Promise<string[]> {
  return (await disk.readdir(path, { withFileTypes: true })).map(({ name }) => name).sort();
}

/** Everything that a seed may leave, each once. */
async function outcomes<T>(disk: PowerLossDisk, look: (after: PowerLossDisk) => Promise<T>): Promise<T[]> {
  const found = await Promise.all(SEEDS.map(async (seed) => JSON.stringify(await look(disk.afterPowerLoss({ seed })))));
  return [...new Set(found)].sort().map((text) => JSON.parse(text) as T);
}

describe("the content of a file", () => {
  it("may be lost, kept, begun or zeros where it was not synced", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/old", text: " new", flags: "a" });
    const found = await outcomes(disk, (after) => contentOf(after, "/a/old"));
    expect(found).toEqual(expect.arrayContaining(["old", "old new", "old n", "old\0\0\0\0", "old ne\0"]));
    for (const text of found) expect(text).toMatch(/^old(?: ?n?e?w?)\0*$/);
  });

  it("is there whatever happens once it was synced", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/old", text: " new", flags: "a", sync: true });
    expect(await outcomes(disk, (after) => contentOf(after, "/a/old"))).toEqual(["old new"]);
  });

  it("is durable up to the sync and not beyond it", async () => {
    const disk = await prepared();
    const file = await disk.open("/a/old", "a");
    await file.write(Buffer.from("1"), 0, 1);
    await file.datasync();
    await file.write(Buffer.from("2"), 0, 1);
    expect(await outcomes(disk, (after) => contentOf(after, "/a/old"))).toEqual(["old1", "old12", "old1\0"]);
  });

  it("may keep what was written last and lose what was written before", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/old", text: "1", flags: "a" });
    await write(disk, { path: "/a/old", text: "2", flags: "a" });
    expect(await outcomes(disk, (after) => contentOf(after, "/a/old"))).toContain("old\u00002");
  });

  it("is the old, the new or none where a file was written over", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/old", text: "new", flags: "w" });
    const found = await outcomes(disk, (after) => contentOf(after, "/a/old"));
    expect(found).toEqual(expect.arrayContaining(["", "new", "old"]));
    // What was cut off does not show through what came after.
    for (const text of found) expect(text).toMatch(/^(?:old|n?e?w?\0*)$/);
  });

  it("is lost with a name that was not made durable", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/new", text: "new", flags: "wx", sync: true });
    expect(await outcomes(disk, (after) => contentOf(after, "/a/new"))).toEqual(["ENOENT", "new"]);
  });

  it("is empty or broken behind a durable name where it was not synced", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/new", text: "new", flags: "wx" });
    await syncDirectory(disk, "/a");
    const found = await outcomes(disk, (after) => contentOf(after, "/a/new"));
    expect(found).toEqual(expect.arrayContaining(["", "\0\0\0", "new"]));
    expect(found).not.toContain("ENOENT");
  });

  it("does not change with the buffer that it was written from", async () => {
    const disk = await prepared();
    const file = await disk.open("/a/new", "wx");
    const buffer = Buffer.from("new");
    await file.write(buffer, 0, 3);
    buffer.fill(0);
    expect(await contentOf(disk, "/a/new")).toBe("new");
    expect(await contentOf(disk.afterPowerLoss("everything"), "/a/new")).toBe("new");
  });
});

describe("the names of a directory", () => {
  const names = (after: PowerLossDisk) => namesIn(after, "/a");

  it("are the old or the new one after a rename, never both and never none", async () => {
    const disk = await prepared();
    await disk.rename("/a/old", "/a/new");
    expect(await outcomes(disk, names)).toEqual([["new"], ["old"]]);
  });

  it("are the new one once the directory was synced", async () => {
    const disk = await prepared();
    await disk.rename("/a/old", "/a/new");
    await syncDirectory(disk, "/a");
    expect(await outcomes(disk, names)).toEqual([["new"]]);
  });

  it.each(["/a", "/b"])("move between directories as a whole, durably once %s was synced", async (synced) => {
    const disk = await prepared();
    await disk.mkdir("/b");
    await syncDirectory(disk, "/");
    await disk.rename("/a/old", "/b/new");
    const both = async (after: PowerLossDisk) => [await namesIn(after, "/a"), await namesIn(after, "/b")];
    expect(await outcomes(disk, both)).toEqual([
      [["old"], []],
      [[], ["new"]],
    ]);
    await syncDirectory(disk, synced);
    expect(await outcomes(disk, both)).toEqual([[[], ["new"]]]);
  });

  it("hold a file after its removal unless that is durable", async () => {
    const disk = await prepared();
    await disk.unlink("/a/old");
    expect(await outcomes(disk, names)).toEqual([["old"], []]);
    await syncDirectory(disk, "/a");
    expect(await outcomes(disk, names)).toEqual([[]]);
  });

  it("hold a second name of a file only after a sync, whatever its content is", async () => {
    const disk = await prepared();
    await disk.link("/a/old", "/a/second");
    expect(await outcomes(disk, names)).toEqual([["old", "second"], ["old"]]);
  });

  it("are lost with a directory whose own name is not durable", async () => {
    const disk = await prepared();
    await disk.mkdir("/a/b");
    await write(disk, { path: "/a/b/file", text: "text", flags: "wx", sync: true });
    await syncDirectory(disk, "/a/b");
    expect(await outcomes(disk, (after) => contentOf(after, "/a/b/file"))).toEqual(["ENOENT", "text"]);
    await syncDirectory(disk, "/a");
    expect(await outcomes(disk, (after) => contentOf(after, "/a/b/file"))).toEqual(["text"]);
  });

  it("get lost in any order", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/1", text: "", flags: "wx" });
    await write(disk, { path: "/a/2", text: "", flags: "wx" });
    expect(await outcomes(disk, names)).toEqual([["1", "2", "old"], ["1", "old"], ["2", "old"], ["old"]]);
  });

  it("lose a directory only after what moved out of it", async () => {
    const disk = await prepared();
    await disk.rename("/a/old", "/new");
    await disk.rmdir("/a");
    expect(await outcomes(disk, async (after) => (await contentOf(after, "/a/old")) === "old" || (await contentOf(after, "/new")))).toEqual([
      "old",
      true,
    ]);
  });

  it("stay two of one file, also when one is renamed to the other", async () => {
    const disk = await prepared();
    await disk.link("/a/old", "/a/second");
    await disk.rename("/a/old", "/a/second");
    expect(await namesIn(disk, "/a")).toEqual(["old", "second"]);
    const after = disk.afterPowerLoss("everything");
    await write(after, { path: "/a/second", text: " new", flags: "a" });
    expect(await contentOf(after, "/a/old")).toBe("old new");
  });
});

describe("a disk after a power loss", () => {
  it("lets the first one go on as if nothing had happened", async () => {
    const disk = await prepared();
    const file = await disk.open("/a/old", "a");
    const after = disk.afterPowerLoss("nothing");
    await file.write(Buffer.from("!"), 0, 1);
    expect([await contentOf(disk, "/a/old"), await contentOf(after, "/a/old")]).toEqual(["old!", "old"]);
  });

  it("knows its files by the numbers and times they had", async () => {
    const disk = await prepared();
    await disk.utimes("/a/old", 1, 2.5);
    const { ino } = await disk.lstat("/a/old");
    const after = disk.afterPowerLoss("everything");
    expect(await after.lstat("/a/old")).toMatchObject({ ino, mtimeMs: 2500, size: 3 });
  });

  it("is the same for the same seed", async () => {
    const disk = await prepared();
    await write(disk, { path: "/a/old", text: "0123456789".repeat(100), flags: "a" });
    for (const seed of SEEDS) {
      const [first, second] = [disk.afterPowerLoss({ seed }), disk.afterPowerLoss({ seed })];
      expect(await contentOf(first, "/a/old")).toBe(await contentOf(second, "/a/old"));
    }
  });

  it("asks for a seed that is a whole number", async () => {
    const disk = await prepared();
    expect(() => disk.afterPowerLoss({ seed: 0.5 })).toThrow(TypeError);
  });
});

/** Replaces `/a/old`. One of these ways is right. */
const REPLACING = {
  "syncs the file and then the directory": { file: true, directory: true },
  "forgets the file": { file: false, directory: true },
  "forgets the directory": { file: true, directory: false },
};

describe.each(Object.entries(REPLACING))("a program that %s", (_what, synced) => {
  it(`${synced.file && synced.directory ? "never shows" : "may show"} something else than it says`, async () => {
    const found = new Set<boolean>();
    for (let point = 1, crashed = true; crashed; point++) {
      crashed = false;
      const disk = await prepared();
      const faulty = faultyDisk(disk, ({ number }) => (number === point ? ((crashed = true), { kind: "crash", when: "before" }) : undefined));
      const said = await replace(faulty).then(
        () => ["new"],
        () => ["old", "new"],
      );
      for (const content of await outcomes(disk, (after) => contentOf(after, "/a/old"))) found.add(said.includes(content ?? ""));
    }
    expect(found).toEqual(new Set(synced.file && synced.directory ? [true] : [true, false]));
  });

  async function replace(disk: DiskFs): Promise<void> {
    await write(disk, { path: "/a/new", text: "new", flags: "wx", sync: synced.file });
    await disk.rename("/a/new", "/a/old");
    if (synced.directory) await syncDirectory(disk, "/a");
  }
});

describe("the errors of the disk", () => {
  it("are those of Node, with code, number, operation and path", async () => {
    const missing = { code: "ENOENT", errno: -2, syscall: "open", path: "/missing", message: "ENOENT: open '/missing'" };
    await expect(powerLossDisk().open("/missing", "r")).rejects.toMatchObject(missing);
  });

  it("keep the root where it is", async () => {
    const disk = await prepared();
    await expect(disk.rmdir("/")).rejects.toMatchObject({ code: "EBUSY" });
    await expect(disk.rename("/", "/b")).rejects.toMatchObject({ code: "EBUSY" });
    await expect(disk.mkdir("/")).rejects.toMatchObject({ code: "EEXIST" });
  });

  it("are none of the disk's for flags it does not know", async () => {
    await expect(powerLossDisk().open("/a", "rx")).rejects.toThrow(TypeError);
  });

  it("refuse to copy over what is there when they are told to", async () => {
    const disk = await prepared();
    await expect(disk.copyFile("/a/old", "/a/old", constants.COPYFILE_EXCL)).rejects.toMatchObject({ code: "EEXIST" });
  });
});

it("tells the mode of a file, which may be lost like the rest of it", async () => {
  const disk = await prepared();
  const file = await disk.open("/a/old", "r");
  await file.chmod(0o400);
  const modeOf = async (after: PowerLossDisk) => (await after.lstat("/a/old")).mode;
  expect(await outcomes(disk, modeOf)).toEqual([0o400, 0o644]);
  await file.sync();
  expect(await outcomes(disk, modeOf)).toEqual([0o400]);
});

it("tells the time that it is given", async () => {
  let time = 5;
  const disk = powerLossDisk({ now: () => time++ });
  await disk.mkdir("/a");
  await disk.mkdir("/b");
  expect((await disk.lstat("/b")).mtimeMs).toBeGreaterThan((await disk.lstat("/a")).mtimeMs);
});
