import { outcomeBranch } from "@dad/outcome";
import { type Finding, type OutcomeRef, RunId } from "@dad/protocol";
import { checkObjects } from "./check-objects.ts";
import { isCommit } from "../git/commits.ts";
import type { Git, GitCall } from "../git/git.ts";
import { type GitOutcomes, gitOf } from "./git-outcomes.ts";
import { changeRefs, NODES, readRefs, RUN_BRANCHES } from "../git/refs.ts";

/** A run, as its journal tells it. */
export interface RecordedRun {
  readonly runId: RunId;
  /** Somebody works on the run, or its journal cannot be read: what is recorded of its outcome is not all. */
  readonly uncertain: boolean;
  /** The run is over. Otherwise it may have committed more than is recorded. */
  readonly ended: boolean;
  readonly outcome: OutcomeRef | undefined;
}

export interface CheckOutcomesOptions {
  /** Every run that there is, or the one that is checked. */
  readonly runs: Iterable<RecordedRun>;
  /** Also what belongs to no run: every object, and the branches of runs that are not there. */
  readonly everything: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Repository {
  readonly call: GitCall;
  /** Where the branches of runs point, by their names without `refs/heads/`. */
  readonly tips: ReadonlyMap<string, string>;
  /** The newest commits of runs whose branches show their ends only, by the names of these. */
  readonly nodes: ReadonlyMap<string, string>;
}

/**
 * Compares the branches of runs with what their journals say: `OUTCOME_MISSING`, `OUTCOME_BRANCH_MISSING`, `OUTCOME_DIFFERS`,
 * `OUTCOME_MOVED`, `OUTCOME_BRANCH_UNKNOWN`, and what {@link checkObjects} finds. Changes nothing. `where` is the path of a
 * repository, or a ref.
 *
 * Errors: `GIT_UNAVAILABLE`, `OUTCOME_FAILED`.
 */
export async function* checkGitOutcomes(place: GitOutcomes, { runs, everything, signal }: CheckOutcomesOptions): AsyncGenerator<Finding, void> {
  const git = gitOf(place);
  if (place.repositories[0] !== undefined) await git.assertAvailable(place.repositories[0]);
  const all = [...runs];
  const repositories: Repository[] = [];
  for (const gitDir of place.repositories) {
    const call = { gitDir, signal };
    repositories.push({ call, ...(await readTips(git, call)) });
    if (everything) yield* await checkObjects(git, call);
  }
  for (const { outcome, ...run } of all) {
    signal?.throwIfAborted();
    const finding = outcome && !run.uncertain ? await checkOutcome(git, repositories, { ...run, outcome }) : undefined;
    if (finding) yield finding;
  }
  if (everything) yield* unknownBranches(repositories, new Set(all.map(({ runId }) => outcomeBranch(runId))));
}

const HEADS = "refs/heads/";

async function readTips(git: Git, call: GitCall): Promise<Omit<Repository, "call">> {
  const refs = [...(await readRefs(git, [RUN_BRANCHES, NODES], call))];
  const below = (prefix: string, shown: string) =>
    refs.flatMap(([name, commit]) => (name.startsWith(prefix) ? [[`${shown}${name.slice(prefix.length)}`, commit] as const] : []));
  return { tips: new Map(below(HEADS, "")), nodes: new Map(below(NODES, "run/")) };
}

type Committed = RecordedRun & { readonly outcome: OutcomeRef };

async function checkOutcome(git: Git, repositories: readonly Repository[], run: Committed): Promise<Finding | undefined> {
  const { branch, commit } = run.outcome;
  if (repositories.some(({ tips }) => tips.get(branch) === commit)) return undefined;
  const holder = await repositoryWith(git, repositories, commit);
  if (holder === undefined) return outcomeMissing(run);
  const [tip, node] = [holder.tips.get(branch), holder.nodes.get(branch)];
  if (tip === undefined) return branchMissing(run, holder.call.gitDir);
  const isPartOf = async (other: string) => (await git.report(["merge-base", "--is-ancestor", commit, other], holder.call)).exitCode === 0;
  // It has not come to its end, which is what the branch would show.
  if (node !== undefined && !run.ended && (await isPartOf(node))) return undefined;
  const goneOn = await isPartOf(tip);
  // A process that was killed between the commit and its entry leaves that.
  if (goneOn && !run.ended) return undefined;
  return goneOn ? branchMoved(run) : branchDiffers(run, tip);
}

async function repositoryWith(git: Git, repositories: readonly Repository[], commit: string): Promise<Repository | undefined> {
  for (const repository of repositories) if (await isCommit(git, commit, repository.call)) return repository;
  return undefined;
}

function outcomeMissing({ runId, outcome }: Committed): Finding {
  return {
    code: "OUTCOME_MISSING",
    severity: "error",
    what: `the outcome of run ${runId}, commit ${outcome.commit}, is in no repository`,
    where: `${HEADS}${outcome.branch}`,
    runId,
    details: { branch: outcome.branch, commit: outcome.commit },
    repair: { action: "bring-back-object", description: "bring it back from a clone of the repository", automatic: false },
  };
}

function branchMissing({ runId, outcome }: Committed, repository: string): Finding {
  return {
    code: "OUTCOME_BRANCH_MISSING",
    severity: "warning",
    what: `the branch ${outcome.branch} is not there; the outcome of run ${runId}, commit ${outcome.commit}, is`,
    where: `${HEADS}${outcome.branch}`,
    runId,
    details: { branch: outcome.branch, commit: outcome.commit, repository },
    repair: { action: "restore-branch", description: "make the branch again", automatic: true },
  };
}

function branchMoved({ runId, outcome }: Committed): Finding {
  return {
    code: "OUTCOME_MOVED",
    severity: "info",
    what: `somebody has gone on from the outcome of run ${runId} on its branch ${outcome.branch}`,
    where: `${HEADS}${outcome.branch}`,
    runId,
    details: { branch: outcome.branch, commit: outcome.commit },
  };
}

function branchDiffers({ runId, outcome }: Committed, tip: string): Finding {
  return {
    code: "OUTCOME_DIFFERS",
    severity: "warning",
    what: `the branch ${outcome.branch} is at ${tip}, and the journal of run ${runId} says ${outcome.commit}, which is not part of it`,
    where: `${HEADS}${outcome.branch}`,
    runId,
    details: { branch: outcome.branch, commit: outcome.commit, tip },
    repair: {
      action: "move-branch",
      description: `git branch --force ${outcome.branch} ${outcome.commit}, if nobody needs what it is at`,
      automatic: false,
    },
  };
}

function* unknownBranches(repositories: readonly Repository[], known: ReadonlySet<string>): Generator<Finding, void> {
  for (const { tips, call } of repositories) {
    for (const branch of tips.keys()) {
      if (known.has(branch) || !RunId.safeParse(branch.slice("run/".length)).success) continue;
      const what = `there is no run of the branch ${branch}: its outcome is all that is left of it`;
      yield { code: "OUTCOME_BRANCH_UNKNOWN", severity: "info", what, where: `${HEADS}${branch}`, details: { repository: call.gitDir } };
    }
  }
}

/**
 * Makes the branch of a run again that is not there. One that is there meanwhile stays where it is.
 *
 * Errors: `OUTCOME_FAILED` also when there is one.
 */
export async function restoreBranch(place: GitOutcomes, repository: string, { branch, commit }: OutcomeRef): Promise<void> {
  if (!RunId.safeParse(branch.replace(/^run\//, "")).success || !branch.startsWith("run/")) throw new TypeError(`${branch} is the branch of no run`);
  await changeRefs(gitOf(place), [{ name: `${HEADS}${branch}`, from: undefined, to: commit }], { gitDir: repository });
}
