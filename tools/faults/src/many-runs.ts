import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { readBytes } from "@dad/artifacts";
import { diskArtifactStore } from "@dad/artifacts/disk";
import { diskJournalStore } from "@dad/journal/disk";
import { outcomeBranch } from "@dad/outcome";
import { RunId } from "@dad/protocol";
import { readRun } from "@dad/run-context";
import { assertSoundHere } from "./checkup.ts";
import { blobsIn, outcomesIn } from "./composition.ts";
import { inDirectory } from "./directory.ts";
import type { Kind } from "./point.ts";
import { startProgram } from "./program.ts";
import { OWN_FILE } from "./small-run.ts";

export interface ManyRunsOptions {
  readonly processes: number;
  /** Of each process. */
  readonly runs: number;
}

/** Many processes make runs in one store at once: no id twice, every run complete, nothing of one in another. */
export function manyRuns({ processes, runs }: ManyRunsOptions): Kind {
  const tries = `${processes} processes make ${processes * runs} runs in one store at once`;
  const attempt = () => inDirectory((root) => makeAtOnce(root, { processes, runs }));
  return { name: "runs", tries, points: async () => [{ name: tries, attempt }] };
}

async function makeAtOnce(root: string, { processes, runs }: ManyRunsOptions): Promise<void> {
  const made = await Promise.all(Array.from({ length: processes }, () => idsOf(root, runs)));
  const ids = made.flat();
  assert.equal(ids.length, processes * runs);
  assert.equal(new Set(ids).size, ids.length, "an id was given twice");
  const directories = (await readdir(root)).filter((name) => RunId.safeParse(name).success);
  assert.deepEqual(directories.toSorted(), ids.toSorted());
  for (const id of ids) await assertComplete(root, id);
  await assertOutcomes(root, ids);
  await assertSoundHere(root);
}

async function idsOf(root: string, count: number): Promise<RunId[]> {
  const program = startProgram("make-runs", { root, count });
  const ids: RunId[] = [];
  for (let line = await program.line(); line !== undefined; line = await program.line()) ids.push(RunId.parse(line));
  const { code, errors } = await program.end;
  assert.deepEqual({ code, errors }, { code: 0, errors: "" });
  return ids;
}

async function assertComplete(root: string, runId: RunId): Promise<void> {
  await using artifacts = diskArtifactStore({ root: blobsIn(root) });
  const { status, nodes } = await readRun(diskJournalStore({ root }), runId, { runRoot: root });
  assert.deepEqual({ status, nodes: nodes.length }, { status: "completed", nodes: 1 });
  for (const artifact of nodes.flatMap((node) => node.artifacts)) await readBytes(artifacts, artifact);
}

/** The branch of each run adds one file, which names the run, and nothing else. */
async function assertOutcomes(root: string, ids: readonly RunId[]): Promise<void> {
  const told = ["log", "--branches=run/*", "--not", "main", "--source", "--format=%S", "--patch", "--unified=0"];
  const { stdout } = await promisify(execFile)("git", ["-C", outcomesIn(root).location, ...told], { maxBuffer: 2 ** 28 });
  const facts = stdout.split("\n").filter((line) => /^((refs\/heads\/)?run\/|diff |\+(?!\+))/.test(line));
  const changes = new Map<string, string[]>();
  let branch = "";
  for (const fact of facts) {
    const isBranch = !/^(diff|\+)/.test(fact);
    if (isBranch) branch = fact.replace("refs/heads/", "");
    changes.set(branch, [...(changes.get(branch) ?? []), ...(isBranch ? [] : [fact])]);
  }
  const expected = ids.map((id) => [outcomeBranch(id), [`diff --git a/${OWN_FILE} b/${OWN_FILE}`, `+${id}`]] as const);
  assert.deepEqual(changes, new Map(expected));
}
