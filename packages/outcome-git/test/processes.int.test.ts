import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
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

it("leaves what a killed process was working on, and lets other runs work beside it", async () => {
  await using places = await openPlaces([textFile("a.txt", "a")]);
  const { directory, workDirectory, seed } = places;
  const options = { directory, workDirectory, seed };
  const worker = spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, "worker.ts"), JSON.stringify(options), "killed"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(worker.stdout, "data");
  worker.kill("SIGKILL");
  await once(worker, "exit");

  await using repository = gitOutcomeRepository(options);
  const killed = RunId.parse("killed");
  expect(await repository.find(killed)).toBeUndefined();
  await expect(repository.open(killed)).rejects.toMatchObject({ code: "OUTCOME_EXISTS" });
  {
    await using run = await repository.open(RunId.parse("next"));
    const { commit } = await run.commit({ subject: "next" });
    expect(await repository.changes(commit)).toEqual([]);
  }
  expect(await readdir(workDirectory)).toEqual(["killed"]);
  expect((await readdir(join(workDirectory, "killed"))).sort()).toEqual(["a.txt", "half.txt"]);

  await using resumed = await repository.open(killed, { resume: true });
  expect(await resumed.read("half.txt")).toMatchObject({ content: new TextEncoder().encode("half") });
  const { commit } = await resumed.commit({ subject: "resumed" });
  expect(await repository.changes(commit)).toEqual([{ path: "half.txt", kind: "added" }]);
});

it("makes the working tree of a run again whose process was killed while it was made", async () => {
  await using places = await openPlaces([textFile("a.txt", "a"), textFile("b.txt", "b")]);
  const { directory, workDirectory } = places;
  await using repository = gitOutcomeRepository(places);
  const runId = RunId.parse("killed");
  await (await repository.open(runId))[Symbol.asyncDispose]();
  // As it is when git had written one of the files, and the lock of the index.
  await mkdir(join(workDirectory, runId));
  await writeFile(join(workDirectory, runId, "a.txt"), "a");
  await writeFile(join(directory, "indexes", `${runId}.lock`), "");
  await writeFile(join(directory, "refs", "heads", "run", `${runId}.lock`), "");

  await using run = await repository.open(runId, { resume: true });
  expect((await readdir(join(workDirectory, runId))).sort()).toEqual(["a.txt", "b.txt"]);
  expect(await repository.changes((await run.commit({ subject: "whole" })).commit)).toEqual([]);
});
