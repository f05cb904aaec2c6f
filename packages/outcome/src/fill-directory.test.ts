import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillDirectory } from "./fill-directory.ts";

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "dad fill "));
});
afterEach(() => rm(place, { recursive: true, force: true }));

const writeSome = async (fresh: string): Promise<string> => {
  await mkdir(join(fresh, "dir"));
  await writeFile(join(fresh, "dir", "file"), "content");
  await writeFile(join(fresh, "other"), "content");
  return "written";
};

describe("fillDirectory", () => {
  it("shows what was written when all of it is, and answers what the writer does", async () => {
    const directory = join(place, "a", "b");
    const seen: string[] = [];
    const writing = fillDirectory(directory, async (fresh) => {
      const result = await writeSome(fresh);
      seen.push(...(await readdir(directory)));
      return result;
    });
    expect(await writing).toBe("written");
    expect(seen).toEqual([expect.stringMatching(/^\.dad-checkout-/)]);
    expect((await readdir(directory, { recursive: true })).toSorted()).toEqual(["dir", "dir/file", "other"]);
  });

  it("leaves what was there and nothing else when the writer fails, or is aborted", async () => {
    await mkdir(join(place, "there"));
    const abort = new AbortController();
    const failures = [
      async (fresh: string) => {
        await writeSome(fresh);
        throw new Error("the disk is full");
      },
      async (fresh: string) => {
        await writeSome(fresh);
        abort.abort(new Error("that is enough"));
      },
    ];
    for (const failing of failures)
      for (const directory of ["there", "there/a/b", "new/a"].map((path) => join(place, path)))
        await expect(fillDirectory(directory, failing, { signal: abort.signal })).rejects.toThrow(/the disk is full|that is enough/);
    expect(await readdir(place, { recursive: true })).toEqual(["there"]);
  });

  it("takes back what it had put there when the rest cannot be", async () => {
    const directory = join(place, "new");
    const blocked = fillDirectory(directory, async (fresh) => {
      await writeSome(fresh);
      // Somebody else is at work in there after all: a directory with something in it, in the place of one.
      await mkdir(join(directory, "dir"));
      await writeFile(join(directory, "dir", "mine"), "mine");
    });
    await expect(blocked).rejects.toMatchObject({ code: "OUTCOME_FAILED" });
    expect(await readdir(directory, { recursive: true })).toEqual(["dir", "dir/mine"]);
    expect(await readFile(join(directory, "dir", "mine"), "utf8")).toBe("mine");
  });

  it("says of a place in which no directory can be made that it is none, and leaves no other one", async () => {
    await writeFile(join(place, "file"), "");
    const directories = [join(place, "file", "a", "b"), join(place, "new", "x".repeat(300))];
    // There, `mkdir` says that a directory is missing while it is there.
    if (process.platform === "linux") directories.push("/proc/none/at/all");
    for (const directory of directories)
      await expect(fillDirectory(directory, writeSome)).rejects.toMatchObject({ code: expect.stringMatching(/^OUTCOME_(DIRECTORY_TAKEN|FAILED)$/) });
    expect(await readdir(place)).toEqual(["file"]);
  });

  it("does nothing for a path that is not absolute, or after it was aborted", async () => {
    const never = () => expect.fail("it was written");
    await expect(fillDirectory("here", never)).rejects.toThrow(TypeError);
    await expect(fillDirectory(join(place, "new"), never, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(place)).toEqual([]);
  });
});
