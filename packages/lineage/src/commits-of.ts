import type { ArtifactEntry, FinalStatus, LineageRef, NodeDecision, NodePath, OutcomeRef, RunId } from "@dad/protocol";
import { inCommitOrder } from "@dad/run-context";
import { knownNode } from "./asked-node.ts";
import { decisionOf, executionOf, statusOf } from "./execution.ts";
import { artifactsOf, type FileStep, type JournalSource, type RunRecord } from "./run-record.ts";
import { type AbortOptions, openRunRecords } from "./run-records.ts";

/** What one attempt of a node changed in the files of an outcome. */
export interface NodeCommit {
  readonly path: NodePath;
  readonly attempt: number;
  readonly status: FinalStatus;
  readonly decision: NodeDecision;
  /** The files with which it ended. Its `parent` has those with which it began. */
  readonly outcome: OutcomeRef;
  /** Where it was executed: of what was reused, in another run. */
  readonly made: LineageRef;
  /** What it kept, as the run that executed it has it on record. */
  readonly artifacts: readonly ArtifactEntry[];
}

/** What nodes changed in the files of an outcome. */
export interface RunCommits {
  readonly runId: RunId;
  /** Where its branch begins: of a re-run, at a commit that has what the nodes changed that come before all that is executed. */
  readonly opened: OutcomeRef | undefined;
  /** Before any of them. `undefined` for a run without an outcome. */
  readonly start: string | undefined;
  /** In the order of the commits, also those of nodes that a re-run reused. */
  readonly nodes: readonly NodeCommit[];
}

export interface CommitsPorts {
  readonly journals: JournalSource;
}

/** The commits that nodes of a run made, from its journal. @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`. */
export async function commitsOf({ journals }: CommitsPorts, { runId, ...abort }: AbortOptions & { readonly runId: RunId }): Promise<RunCommits> {
  const records = await openRunRecords(journals, runId, abort);
  const run = records.asked;
  const nodes: NodeCommit[] = [];
  for (const { attempt, outcome } of inCommitOrder(run.steps)) {
    const { ref, attempt: executed } = await executionOf(records, run, attempt);
    nodes.push({
      path: attempt.path,
      attempt: attempt.attempt,
      // Only what has come to its end is a step.
      status: statusOf(run, attempt) as FinalStatus,
      decision: decisionOf(attempt),
      outcome,
      made: ref,
      artifacts: artifactsOf(executed),
    });
  }
  return { runId, opened: run.opened, start: startOf(run), nodes };
}

function startOf({ steps, opened }: RunRecord): string | undefined {
  return inCommitOrder(steps)[0]?.outcome.parent ?? opened?.commit;
}

/** The files of an outcome when a node had ended. */
export interface FilesAfter {
  readonly path: NodePath;
  /** `undefined` for a run without an outcome. */
  readonly commit: string | undefined;
  /** Whose commit that is: another one's when the node changed nothing. `undefined`: nobody had changed anything. */
  readonly by: NodePath | undefined;
}

/**
 * The files of an outcome as they were when a node had ended: those of its commit, or of the last one before it.
 *
 * @throws `RUN_UNKNOWN`, `JOURNAL_DAMAGED`, `NODE_UNKNOWN`, `NODE_AMBIGUOUS` for a component.
 */
export async function filesAfter(
  { journals }: CommitsPorts,
  { runId, node, ...abort }: AbortOptions & { readonly runId: RunId; readonly node: string },
): Promise<FilesAfter> {
  const { asked: run } = await openRunRecords(journals, runId, abort);
  const path = knownNode(run, node);
  const steps = inCommitOrder(run.steps);
  const last = steps.findLast((step) => step.attempt.path === path) ?? before(run, path, steps);
  return { path, commit: last?.outcome.commit ?? startOf(run), by: last?.attempt.path };
}

function before({ attempts }: RunRecord, path: NodePath, steps: readonly FileStep[]): FileStep | undefined {
  const end = attempts.get(path)?.at(-1)?.end?.seq ?? Number.POSITIVE_INFINITY;
  return steps.findLast(({ attempt }) => (attempt.end?.seq ?? 0) < end);
}
