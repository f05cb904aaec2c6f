import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunId } from "@dad/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OutcomeFile } from "../outcome-repository.ts";
import { BASE, codesOf, file } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const id = (name: string): RunId => RunId.parse(name);
const byPath = (a: OutcomeFile, b: OutcomeFile): number => (a.path < b.path ? -1 : 1);

/** Everything below a directory, by its paths. */
async function filesBelow(directory: string): Promise<OutcomeFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const read = files.map(async ({ parentPath, name }): Promise<OutcomeFile> => {
    const place = join(parentPath, name);
    const path = place.slice(directory.length + 1).replaceAll("\\", "/");
    return { path, content: new Uint8Array(await readFile(place)), executable: ((await stat(place)).mode & 0o100) !== 0 };
  });
  return (await Promise.all(read)).toSorted(byPath);
}

/** What there is in a directory, and whether anybody has touched it. */
async function looksOf(directory: string): Promise<(readonly [string, number])[]> {
  const names = await readdir(directory);
  return Promise.all(names.map(async (name) => [name, (await lstat(join(directory, name))).ctimeMs] as const));
}

const OWN = [file("own/deep/x.bin", Uint8Array.from([0, 13, 10, 255])), file("run.sh", "#!/bin/sh\r\n", true), file("empty", "")];
/** `README.md` is there with other bytes, and `bin/tool` may no longer be executed. */
const CHANGED = [file("README.md", "# Changed\n"), file("bin/tool", "#!/bin/sh\n")];
const ALL = [...BASE.filter(({ path }) => CHANGED.every((changed) => changed.path !== path)), ...CHANGED, ...OWN].toSorted(byPath);

export function describeCheckouts({ repository }: Subject): void {
  describe("checkouts", () => {
    let place: string;
    let commit: string;
    beforeEach(async () => {
      place = await mkdtemp(join(tmpdir(), "dad checkout "));
      await using run = await repository().open(id("run1"));
      for (const each of [...CHANGED, ...OWN]) await run.write(each);
      ({ commit } = await run.commit({ subject: "x" }));
    });
    afterEach(() => rm(place, { recursive: true, force: true }));

    it("writes the files of a commit, with their bytes and modes, and nothing else", async () => {
      const directory = join(place, "not", "yet there");
      expect(await repository().checkout(commit, directory)).toEqual({ files: ALL.length, missing: [] });
      expect(await filesBelow(directory)).toEqual(ALL);
      expect((await readdir(directory)).toSorted()).toEqual([...new Set(ALL.map(({ path }) => path.replace(/\/.*/, "")))].toSorted());
      expect(await readdir(place)).toEqual(["not"]);
      // They are copies: what becomes of them changes no commit.
      await writeFile(join(directory, "README.md"), "changed");
      await repository().checkout(commit, join(place, "again"));
      expect(await filesBelow(join(place, "again"))).toEqual(ALL);
    });

    it("writes the commit that is asked for, whatever came after it", async () => {
      const [log] = await repository().log(commit);
      const directory = join(place, "base");
      await repository().checkout(log?.parent ?? "", directory);
      expect(await filesBelow(directory)).toEqual(BASE.toSorted(byPath));
    });

    it("fills a directory that has nothing in it, which stays what it is", async () => {
      const directory = join(place, "empty");
      await mkdir(directory);
      await chmod(directory, 0o750);
      const before = await stat(directory);
      await repository().checkout(commit, directory);
      expect(await filesBelow(directory)).toEqual(ALL);
      const { ino, mode } = await stat(directory);
      expect({ ino, mode }).toEqual({ ino: before.ino, mode: before.mode });
    });

    it("writes nothing where something is: in a directory that has anything in it, on a file, or below one", async () => {
      const directory = join(place, "taken");
      const put = [
        () => writeFile(join(directory, "README.md"), "mine"),
        () => writeFile(join(directory, ".mine"), "mine"),
        () => mkdir(join(directory, "mine")),
        () => symlink("nowhere", join(directory, "README.md")),
      ];
      for (const something of put) {
        await mkdir(directory);
        await something();
        const before = await looksOf(directory);
        await expect(repository().checkout(commit, directory)).rejects.toMatchObject({ code: "OUTCOME_DIRECTORY_TAKEN", details: { directory } });
        expect(await looksOf(directory)).toEqual(before);
        await rm(directory, { recursive: true });
      }
      await writeFile(directory, "mine");
      for (const wanted of [directory, join(directory, "below")])
        await expect(repository().checkout(commit, wanted)).rejects.toMatchObject({ code: "OUTCOME_DIRECTORY_TAKEN" });
      expect(await readFile(directory, "utf8")).toBe("mine");
    });

    it("lets one of several that ask at once have a directory, or none, and leaves nothing of the others", async () => {
      const directory = join(place, "wanted");
      const checkouts = await Promise.allSettled([1, 2, 3, 4].map(async () => repository().checkout(commit, directory)));
      const refused = checkouts.filter((checkout) => checkout.status === "rejected");
      expect(refused.length).toBeGreaterThanOrEqual(3);
      expect(refused.map(({ reason }) => (reason as { code: unknown }).code)).toEqual(refused.map(() => "OUTCOME_DIRECTORY_TAKEN"));
      const written = (await readdir(place)).length === 0 ? [] : await filesBelow(directory);
      expect(written).toEqual(refused.length === 3 ? ALL : []);
    });

    it("writes nothing but commits that it has, by their whole ids, and to an absolute path only", async () => {
      const unknown = ["0".repeat(40), "f".repeat(64), "main", "HEAD", "", "--help", commit.slice(0, 12), `${commit}^{tree}`, "a\nb"];
      const refused = unknown.map(() => "OUTCOME_COMMIT_UNKNOWN");
      expect(await codesOf(unknown.map((each) => () => repository().checkout(each, join(place, "new"))))).toEqual(refused);
      for (const directory of ["", ".", "here", "../there"]) await expect(repository().checkout(commit, directory)).rejects.toThrow(TypeError);
      expect(await readdir(place)).toEqual([]);
    });

    it("leaves nothing behind when it is aborted, whenever that is", async () => {
      await mkdir(join(place, "empty"));
      await expect(repository().checkout(commit, join(place, "new", "x"), { signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: "AbortError",
      });
      for (const directory of [join(place, "new", "x"), join(place, "empty")]) {
        const abort = new AbortController();
        const checkout = repository().checkout(commit, directory, { signal: abort.signal });
        abort.abort();
        await expect(checkout).rejects.toMatchObject({ name: "AbortError" });
      }
      expect(await readdir(place)).toEqual(["empty"]);
      expect(await readdir(join(place, "empty"))).toEqual([]);
    });

    it("checks out nothing after it is closed", async () => {
      await repository()[Symbol.asyncDispose]();
      await expect(repository().checkout(commit, join(place, "new"))).rejects.toMatchObject({ code: "OUTCOME_CLOSED" });
      expect(await readdir(place)).toEqual([]);
    });
  });
}
