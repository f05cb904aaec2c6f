import type { Inspector, Sweeper } from "@dad/doctor";

/** Tells of what garbage collection would take away, beside content. Nothing of it does any harm. */
export function garbageInspector(sweepers: readonly Sweeper[]): Inspector {
  return {
    subject: "what dead processes left",
    async *inspect({ runId, truth, signal }) {
      if (runId !== undefined) return;
      // What may be needed, going by its age, is not told of.
      const sweep = { truth, claim: () => "it may be needed", ...(signal ? { signal } : {}) };
      for (const sweeper of sweepers)
        for await (const { verdict, from, reason } of sweeper.judge(sweep))
          if (verdict === "collect")
            yield {
              code: "GARBAGE",
              severity: "info",
              what: `${from} is not needed: ${reason}`,
              where: from,
              repair: { action: "collect", description: "dad gc", automatic: false },
            };
    },
    repairs: {},
  };
}
