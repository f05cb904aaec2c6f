import assert from "node:assert/strict";
import { diskJournalStore } from "@dad/journal/disk";
import { RunId } from "@dad/protocol";
import { readRun } from "@dad/run-context";
import { inDirectory } from "./directory.ts";
import type { Kind } from "./point.ts";
import { startProgram } from "./program.ts";

const RUN = RunId.parse("wanted");

export interface OneIdOptions {
  readonly processes: number;
  readonly rounds: number;
}

/** Many processes claim one run id at the same moment: one has it, and the others are told who. */
export function oneId({ processes, rounds }: OneIdOptions): Kind {
  const round = (_: unknown, index: number) => ({
    name: `round ${index + 1}`,
    attempt: () => inDirectory((root) => claimAtOnce(root, processes)),
  });
  const tries = `${processes} processes claim one run id at once`;
  return { name: "one id", tries, points: async () => Array.from({ length: rounds }, round) };
}

interface Claim {
  readonly won?: number;
  readonly code?: string;
  readonly owner?: { readonly pid: number };
}

async function claimAtOnce(root: string, processes: number): Promise<void> {
  const programs = Array.from({ length: processes }, () => startProgram("claim-run", { root, runId: RUN }));
  try {
    for (const program of programs) assert.equal(await program.line(), "ready");
    for (const program of programs) program.tell("go");
    const claims = await Promise.all(programs.map(async (program) => JSON.parse((await program.line()) ?? "{}") as Claim));
    const winner = claims.find(({ won }) => won !== undefined)?.won;
    const told = claims.map(({ won, code, owner }) => (won === undefined ? `${code}, ${owner?.pid}` : `${won} has it`));
    assert.deepEqual(counted(told), { [`${winner} has it`]: 1, [`RUN_EXISTS, ${winner}`]: processes - 1 });
    for (const program of programs) program.tell();
    for (const { end } of programs) assert.deepEqual(await end, { code: 0, signal: null, errors: "" });
    assert.equal((await readRun(diskJournalStore({ root }), RUN, { runRoot: root })).status, "completed");
  } finally {
    for (const program of programs) program.kill();
    await Promise.all(programs.map(({ end }) => end));
  }
}

function counted(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
