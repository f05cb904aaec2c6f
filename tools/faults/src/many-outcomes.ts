import assert from "node:assert/strict";
import { RunId } from "@dad/protocol";
import { inDirectory } from "./directory.ts";
import { assertClean, assertOutcomes, type MadeRun, makePlace } from "./outcome-place.ts";
import type { Kind } from "./point.ts";
import type { MakeOutcomes } from "./programs/make-outcomes.ts";
import { startProgram } from "./program.ts";

export interface ManyOutcomesOptions {
  readonly processes: number;
  /** Of each process. */
  readonly runs: number;
}

/** So many runs of a process are open at the same time. */
const WIDTH = 3;

/** Many processes make runs in one outcome repository at once: each has exactly its own files in each of its commits. */
export function manyOutcomes({ processes, runs }: ManyOutcomesOptions): Kind {
  const tries = `${processes} processes make ${processes * runs} outcomes in one repository at once, some from commits of others`;
  return {
    name: "outcomes",
    tries,
    points: async (seed) => [{ name: tries, attempt: () => inDirectory((root) => makeAtOnce(root, { processes, runs, seed })) }],
  };
}

async function makeAtOnce(root: string, { processes, runs, seed }: ManyOutcomesOptions & { readonly seed: number }): Promise<void> {
  const place = await makePlace(root);
  const ids = Array.from({ length: processes }, (_, process) => Array.from({ length: runs }, (__, run) => RunId.parse(`run-${process}-${run}`)));
  const made = await Promise.all(ids.map((runIds) => madeBy({ place, seed, runIds, others: ids.flat(), width: WIDTH })));
  assert.equal(made.flat().length, processes * runs);
  await assertOutcomes(place, seed, made.flat());
  await assertClean(place);
}

/** The runs that a process makes. */
export async function madeBy(argument: MakeOutcomes): Promise<MadeRun[]> {
  const program = startProgram("make-outcomes", argument);
  const made: MadeRun[] = [];
  for (let line = await program.line(); line !== undefined; line = await program.line()) made.push(JSON.parse(line) as MadeRun);
  const { code, errors } = await program.end;
  assert.deepEqual({ code, errors }, { code: 0, errors: "" });
  return made;
}
