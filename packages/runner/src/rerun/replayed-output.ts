import type { NodeOutcome } from "@dad/engine";
import { canonicalJson } from "@dad/protocol";
import { readOutcome } from "@dad/run-context";
import type { Attempt, Collected } from "../attempt.ts";
import type { Continuation } from "./continuation.ts";
import { ReplayDivergedError } from "./errors.ts";

export interface Replaying {
  readonly ended: NodeOutcome;
  readonly continuation: Continuation | undefined;
}

/** How an attempt ended; in a replay, a failure for one that gives something else than in the record. */
export async function asRecorded({ call, scope }: Attempt, { records }: Collected, { ended, continuation }: Replaying): Promise<NodeOutcome> {
  if (ended.status !== "completed" || !continuation?.isReplay) return ended;
  const record = continuation.base.history.nodes.get(call.path);
  if (record?.state !== "completed") return ended;
  const digestOf = (artifacts: typeof records.artifacts) => artifacts.find(({ name }) => name === "outcome")?.digest;
  if (digestOf(records.artifacts) === digestOf(record.artifacts)) return ended;
  const before = await readOutcome(scope.run.ports.artifacts, record);
  const unmarked = continuation.unmarked(scope);
  if (unmarked(canonicalJson(before)) === unmarked(canonicalJson(ended.value))) return ended;
  const because = { component: "outcome", before, after: ended.value, message: "its code gives another result for the same input" };
  return { status: "failed", error: new ReplayDivergedError(call.path, continuation.base.runId, [because]) };
}
