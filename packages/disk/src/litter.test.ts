import { createFsFromVolume, Volume } from "memfs";
import { describe, expect, it } from "vitest";
import type { DiskFs } from "./disk-fs.ts";
import { measure } from "./litter.ts";

const volume = Volume.fromJSON({ "/a/one": "1", "/a/b/two": "22", "/a/b/c/three": "333" });
volume.symlinkSync("/a/b", "/link");
const fs = createFsFromVolume(volume).promises as unknown as DiskFs;

describe("measure", () => {
  it("counts all that is below a directory", async () => {
    expect(await measure(fs, "/a")).toMatchObject({ bytes: 6, ino: (await fs.lstat("/a")).ino });
    expect(await measure(fs, "/a/b/two")).toMatchObject({ bytes: 2, mtimeMs: (await fs.lstat("/a/b/two")).mtimeMs });
  });

  it("follows no link", async () => {
    expect((await measure(fs, "/link"))?.ino).toBe((await fs.lstat("/link")).ino);
  });

  it("gives nothing for what is not there", async () => {
    expect(await measure(fs, "/gone")).toBeUndefined();
    expect(await measure(fs, "/a/one/below")).toBeUndefined();
  });
});
