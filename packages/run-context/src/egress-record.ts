import type { EgressDecision } from "@dad/isolation";
import type { EgressRequest } from "@dad/protocol";
import type { RunContext } from "./run-context.ts";

/** How many requests of one space are on record each by itself. A command may make as many as it likes. */
const MOST_RECORDED = 1000;

export interface EgressRecord {
  readonly onEgress: (decision: EgressDecision) => void;
  /** Once the space is closed: all that can be on record is. */
  readonly settled: () => Promise<void>;
}

/**
 * Puts each request that a space makes for the network on record, and of too many the number of the others. Not with a node: a space
 * is that of all who ask alike.
 */
export function egressRecord(run: Pick<RunContext, "record">): EgressRecord {
  let told = 0;
  let last: Promise<unknown> = Promise.resolve();
  const record = (request: EgressRequest): void => {
    // A run that is over takes no more; what comes then has no reader.
    last = run.record({ type: "network.requested", request }, { wait: "ordered" }).catch(() => undefined);
  };
  return {
    onEgress({ time: _time, ...decision }) {
      told += 1;
      if (told <= MOST_RECORDED) record(decision);
    },
    async settled() {
      if (told > MOST_RECORDED) record({ allowed: false, more: told - MOST_RECORDED });
      await last;
    },
  };
}
