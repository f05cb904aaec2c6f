import type { NodeOutcome } from "@dad/engine";
import { canonicalJson } from "@dad/protocol";
import { type NodeHistory, readOutcome } from "@dad/run-context";
import type { Attempt, Collected } from "../attempt.ts";
import type { Continuation } from "./continuation.ts";
import { ReplayDivergedError } from "./errors.ts";

export interface Replaying {
  readonly ended: NodeOutcome;
  readonly continuation: Continuation | undefined;
}

/** How an attempt ended; in a replay, a failure for one that gives something else than in the record. */
export async function asRecorded({ call, scope }: Attempt, { records }: Collected, { ended, continuation }: Replaying): Promise<NodeOutcome> {
  const record = continuation?.isReplay ? continuation.base.history.nodes.get(call.path) : undefined;
  if (continuation === undefined || record === undefined) return ended;
  const { runId } = continuation.base;
  if (endsOtherwise(record, call.attempt, ended)) {
    const because = {
      component: "outcome",
      before: record.state,
      after: ended.status,
      message: `it ${record.state} before, and it ${ended.status} now`,
    };
    return { status: "failed", error: new ReplayDivergedError(call.path, runId, [because]) };
  }
  if (ended.status !== "completed") return ended;
  const digestOf = (artifacts: typeof records.artifacts) => artifacts.find(({ name }) => name === "outcome")?.digest;
  if (digestOf(records.artifacts) === digestOf(record.artifacts)) return ended;
  const before = await readOutcome(scope.run.ports.artifacts, record);
  const unmarked = continuation.unmarked(scope);
  if (unmarked(canonicalJson(before)) === unmarked(canonicalJson(ended.value))) return ended;
  const because = { component: "outcome", before, after: ended.value, message: "its code gives another result for the same input" };
  return { status: "failed", error: new ReplayDivergedError(call.path, runId, [because]) };
}

/** An attempt that comes before the one on record may fail. */
function endsOtherwise({ state, attempt }: NodeHistory, now: number, { status }: NodeOutcome): boolean {
  return (state === "completed" && status === "failed" && now >= attempt) || (state === "failed" && status === "completed");
}
