import type { NodeOutcome } from "./engine.ts";

/** How long what was aborted may still go on. */
export interface Grace {
  /**
   * What `work` gives, or what `giveUp` gives when the signal was aborted and the grace is over before.
   * Then nobody looks at what `work` gives any more.
   */
  of(work: () => Promise<NodeOutcome>, giveUp: () => NodeOutcome): Promise<NodeOutcome>;
}

/** One grace for all that goes on when `signal` is aborted. Its timer goes with the last of them. */
export function graceAfter(signal: AbortSignal, graceMs: number): Grace {
  const going = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;

  const giveUpAll = () => {
    for (const giveUp of going) giveUp();
  };
  const onAbort = () => {
    if (going.size > 0) timer = setTimeout(giveUpAll, graceMs);
  };
  signal.addEventListener("abort", onAbort, { once: true });

  return {
    async of(work, giveUp) {
      const outcome = Promise.withResolvers<NodeOutcome>();
      const abandon = () => outcome.resolve(giveUp());
      going.add(abandon);
      try {
        work().then(outcome.resolve, outcome.reject);
        return await outcome.promise;
      } finally {
        going.delete(abandon);
        if (going.size === 0) clearTimeout(timer);
      }
    },
  };
}
