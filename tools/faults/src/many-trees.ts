import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { RunId } from "@dad/protocol";
import { inDirectory } from "./directory.ts";
import { filesOnDisk } from "./files-on-disk.ts";
import { SEED_FILES } from "./outcome-plan.ts";
import { assertClean, git, makePlace, type OutcomePlace } from "./outcome-place.ts";
import type { Kind } from "./point.ts";
import { type Program, startProgram } from "./program.ts";

export interface ManyTreesOptions {
  /** In how many processes. One point for each. */
  readonly processes: readonly number[];
  /** Of all processes together. */
  readonly trees: number;
}

/** Many working trees are made and removed at once: each has its files, and nothing of any is left. */
export function manyTrees({ processes, trees }: ManyTreesOptions): Kind {
  return {
    name: "work trees",
    tries: `${trees} working trees are made and removed at once`,
    points: async () =>
      processes.map((count) => ({ name: `by ${count} processes`, attempt: () => inDirectory((root) => makeTrees(root, { count, trees })) })),
  };
}

async function makeTrees(root: string, { count, trees }: { readonly count: number; readonly trees: number }): Promise<void> {
  const place = await makePlace(root);
  const each = trees / count;
  const idsOf = (process: number) => Array.from({ length: each }, (_, run) => RunId.parse(`tree-${process}-${run}`));
  const programs = Array.from({ length: count }, (_, process) => startProgram("make-trees", { place, runIds: idsOf(process) }));
  try {
    for (const program of programs) await assertOpen(program);
    const names = await readdir(place.workDirectory);
    assert.equal(names.length, trees);
    for (const name of names) assert.deepEqual(await filesOnDisk(join(place.workDirectory, name)), SEED_FILES, `the working tree of ${name}`);
    for (const program of programs) program.tell("close");
    for (const { end } of programs) assert.deepEqual(await end, { code: 0, signal: null, errors: "" });
    await assertNothingKept(place, trees);
  } finally {
    for (const program of programs) program.kill();
    await Promise.all(programs.map(({ end }) => end));
  }
}

async function assertOpen(program: Program): Promise<void> {
  if ((await program.line()) !== "open") assert.fail((await program.end).errors);
}

/** The branches are there, as the ids are taken, with nothing on them. */
async function assertNothingKept(place: OutcomePlace, trees: number): Promise<void> {
  const main = await git(place, "rev-parse", "refs/heads/main");
  assert.equal(await git(place, "for-each-ref", "--format=%(objectname)", "refs/heads/run"), main.repeat(trees));
  assert.equal(await git(place, "for-each-ref", "refs/dad/snapshots"), "");
  await assertClean(place);
}
