import assert from "node:assert/strict";
import type { OutcomeRepository, RunOutcome } from "@dad/outcome";
import type { RunId } from "@dad/protocol";
import { treeIdOf } from "./git-tree.ts";
import { filesAfter, makeEdits, type OutcomePlan, planOf, SEED_FILES } from "./outcome-plan.ts";
import { chanceOf } from "./point.ts";
import type { MadeRun } from "./outcome-place.ts";

export interface MakeOutcome {
  readonly seed: number;
  readonly runId: RunId;
  /** From the newest commit of one of which it may start, when there is one by then. */
  readonly others: readonly RunId[];
}

/** Makes a run with all its commits: new files, changed and removed ones, links and modes. */
export async function makeOutcome(repository: OutcomeRepository, { seed, runId, others }: MakeOutcome): Promise<MadeRun> {
  const chance = chanceOf(`${seed} start of ${runId}`);
  const other = others[Math.floor(2 * chance() * others.length)];
  const from = other && (await repository.find(other))?.commit;
  await using run = await repository.open(runId, from === undefined ? {} : { from });
  if (from !== undefined) assert.equal(run.start.commit, from);
  const plan = planOf(seed, runId);
  const commits: string[] = [];
  for (const at of plan.commits.keys()) commits.push(await makeCommit(run, plan, at));
  await makeEdits(run, plan.late);
  return { runId, from, commits };
}

async function makeCommit(run: RunOutcome, plan: OutcomePlan, at: number): Promise<string> {
  await makeEdits(run, plan.commits[at] ?? []);
  const made = await run.commit({ subject: `commit ${at}`, trailers: { "Dad-Attempt": String(at) } });
  // Every second time somebody asks once more, as after a command that changed nothing.
  if (at % 2 === 1) assert.deepEqual(await run.commit({ subject: "nothing", onlyChanged: true }), made);
  return made.commit;
}

interface GoOn extends Pick<MakeOutcome, "seed" | "runId"> {
  /** Told when it is open, when it has made a commit, and when it is about to be closed. */
  readonly onStep: () => void;
}

/** Goes on with a run that starts from `main`, whatever there is of it, to its end. */
export async function goOnWithOutcome(repository: OutcomeRepository, { seed, runId, onStep }: GoOn): Promise<void> {
  await using run = await repository.open(runId, { resume: true });
  assert.equal(run.start.tree, treeIdOf(SEED_FILES), `${runId} starts from something else`);
  onStep();
  const plan = planOf(seed, runId);
  const tip = await repository.find(runId);
  const trees = treesOf(plan);
  const done = tip === undefined ? 0 : trees.indexOf(tip.tree ?? "") + 1;
  if (tip !== undefined && done === 0)
    assert.fail(`the newest commit of ${runId} is none that it made: ${JSON.stringify(await repository.changes(tip.commit))}`);
  for (let at = done; at < plan.commits.length; at++) {
    await makeCommit(run, plan, at);
    onStep();
  }
  await makeEdits(run, plan.late);
  onStep();
}

/** The tree of each commit of a run that starts from `main`. */
function treesOf({ commits }: OutcomePlan): string[] {
  return commits.map((_, index) => treeIdOf(filesAfter(SEED_FILES, commits.slice(0, index + 1).flat())));
}
