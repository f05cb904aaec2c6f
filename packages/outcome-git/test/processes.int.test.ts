import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { expect, it } from "vitest";
import { git, openPlaces, textFile } from "./places.ts";

const PROCESSES = 8;
const RUNS_EACH = 3;

it("lets many processes make the repository and commit their runs at once, and loses nothing", async () => {
  await using places = await openPlaces([textFile("a.txt", "a"), textFile("kept.txt", "kept")]);
  const { directory, workDirectory, seed } = places;
  const options = { directory, workDirectory, seed };
  const names = Array.from({ length: PROCESSES }, (_, process) => Array.from({ length: RUNS_EACH }, (__, run) => `run-${process}-${run}`));
  const committer = join(import.meta.dirname, "committer.ts");
  await Promise.all(
    names.map((own) => promisify(execFile)(process.execPath, ["--conditions=@dad/source", committer, JSON.stringify(options), ...own])),
  );

  await using repository = gitOutcomeRepository(options);
  for (const name of names.flat()) {
    const ref = await repository.find(RunId.parse(name));
    expect(ref?.branch).toBe(`run/${name}`);
    expect(await repository.changes(String(ref?.commit))).toEqual([
      { path: "a.txt", kind: "modified" },
      { path: `own/${name}.txt`, kind: "added" },
    ]);
  }
  expect(await git(directory, "rev-list", "--count", "main")).toBe("1\n");
  expect((await git(directory, "for-each-ref", "refs/heads/run")).trim().split("\n")).toHaveLength(PROCESSES * RUNS_EACH);
  await git(directory, "fsck", "--strict", "--full");
});
