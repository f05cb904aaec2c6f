import type { NodeOrigin, RunId } from "@dad/protocol";
import type { NodeHistory } from "@dad/run-context";

/** Where the record of a node was made: in the run that has it, or in an earlier one from which that run reused it. */
export function originOf({ origin, seq, attempt, traceparent }: NodeHistory, runId: RunId): NodeOrigin {
  return origin ?? { runId, seq, attempt, ...(traceparent === undefined ? {} : { traceparent }) };
}
