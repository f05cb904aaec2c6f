import type { NodeOutcome } from "@dad/engine";
import { type ExecutionScope, RunWaitingError } from "@dad/run-context";
import { type Attempt, type Collected, disposeOwned } from "./attempt.ts";
import { commit, commitParked, keepResult, recordStart } from "./attempt-record.ts";
import { changesFiles, workspaceUse } from "./fingerprint.ts";
import { executed } from "./node-execution.ts";
import type { PartCommits } from "./part-commits.ts";
import type { Continuation } from "./rerun/continuation.ts";
import { asRecorded } from "./rerun/replayed-output.ts";
import type { RunRequests } from "./waiting/run-requests.ts";
import type { Parked } from "./waiting/wait-room.ts";

export interface WholeAttemptOptions {
  readonly scope: ExecutionScope;
  readonly parts: PartCommits;
  readonly requests: RunRequests;
  /** Of a re-run. */
  readonly continuation: Continuation | undefined;
}

/** Does attempts from their beginning to what is on record of their end. */
export function wholeAttempts({
  scope,
  parts,
  requests,
  continuation,
}: WholeAttemptOptions): (work: Attempt, collected: Collected) => Promise<NodeOutcome> {
  /** What was shown last: as long as much waits to be shown, nothing more is begun. */
  let shown: Promise<void> = Promise.resolve();

  async function end(work: Attempt, collected: Collected, ended: NodeOutcome): Promise<NodeOutcome> {
    const outcome = await asRecorded(work, collected, { ended, continuation });
    collected.over = true;
    await requests.end(work.call);
    // From here on, what goes wrong is not the node's: it is committed once, as what it was.
    const { digest } = await keepResult(work, collected, outcome);
    // What one changed that was left behind belongs to whoever changes files next.
    if (outcome.status !== "cancelled" && !collected.left && mayLeaveOthers(work))
      collected.changed = await parts.end(work, collected, digest).catch(ifGoingOn(scope));
    await commit(work, collected, { outcome, decision: "executed", durationMs: collected.durationMs() });
    // Not waited for: in the order in which attempts are committed, the walk is told of them.
    shown = scope.run.show(collected.records.artifacts);
    return outcome;
  }

  /** It goes on when the run does. What it has done is on record, and what it does now counts no more. */
  async function park(work: Attempt, collected: Collected, { own, all }: Parked): Promise<NodeOutcome> {
    const error = new RunWaitingError(scope.run.env.runId, all);
    collected.left = { error };
    await disposeOwned(collected);
    if (mayLeaveOthers(work)) collected.changed = await parts.end(work, collected, undefined).catch(ifGoingOn(scope));
    await commitParked(work, collected, own);
    shown = scope.run.show(collected.records.artifacts);
    return { status: "cancelled", error };
  }

  return async (work, collected) => {
    await shown;
    if (mayLeaveOthers(work)) await parts.begin(work, collected);
    await recordStart(work);
    const executing = executed(work, collected);
    const ended = await Promise.race([executing, work.waits.parked, work.spending.left]);
    // Whatever it still comes to, if it goes on.
    executing.catch(() => undefined);
    if ("status" in ended) return await end(work, collected, ended);
    return await park(work, collected, ended);
  };
}

/** What was changed when a run was cancelled is committed at its end. */
function ifGoingOn({ signal }: ExecutionScope): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}

/** Whether files of the workspace may be others after an attempt. */
export function mayLeaveOthers({ call: { settings, input }, definition: { nodeType }, scope: { run } }: Attempt): boolean {
  return run.outcome !== undefined && changesFiles(workspaceUse({ nodeType, settings, input }));
}
