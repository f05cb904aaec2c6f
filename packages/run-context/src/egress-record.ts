import type { EgressDecision } from "@dad/isolation";
import type { NodePath } from "@dad/protocol";
import type { RunContext } from "./run-context.ts";

/** How many requests of one space are on record each by itself. A command may make as many as it likes. */
const MOST_RECORDED = 1000;

export interface EgressRecord {
  readonly onEgress: (decision: EgressDecision) => void;
  /** Once the space is closed: all that can be on record is. */
  readonly settled: () => Promise<void>;
}

/** Puts each request that a space makes for the network on record, as `network.requested`, and of too many the number of the others. */
export function egressRecord(run: Pick<RunContext, "record">, path: NodePath | undefined): EgressRecord {
  let told = 0;
  let last: Promise<unknown> = Promise.resolve();
  const record = (name: string, data: Record<string, string | number | boolean>): void => {
    // A run that is over takes no more; what comes then has no reader.
    last = run.record({ type: "custom.emitted", name, data, ...(path === undefined ? {} : { path }) }, { wait: "ordered" }).catch(() => undefined);
  };
  return {
    onEgress(decision) {
      told += 1;
      if (told <= MOST_RECORDED) record("network.requested", { ...decision });
    },
    async settled() {
      if (told > MOST_RECORDED) record("network.requested-more", { requests: told - MOST_RECORDED });
      await last;
    },
  };
}
