import { compareOutcomes } from "@dad/compare";
import { DadError, type ErrorEnvelope, errorEnvelope, type OutcomeComparison } from "@dad/protocol";
import type { RecordedRun } from "./recorded-run.ts";
import type { AbortOptions, ReportPorts } from "./report-ports.ts";
import type { Omissions } from "./within-limits.ts";

export interface OutcomeOfOptions extends AbortOptions {
  readonly limit: number;
  readonly omitted: Omissions;
}

export interface FoundOutcome {
  readonly outcome: OutcomeComparison | null;
  readonly damage: readonly ErrorEnvelope[];
}

/** From the files that a run started with to how they stand. */
export async function outcomeOf(ports: ReportPorts, { details, start, outcome }: RecordedRun, options: OutcomeOfOptions): Promise<FoundOutcome> {
  const { limit, omitted, signal } = options;
  if (!outcome) return { outcome: null, damage: [] };
  const runs = { before: start, after: outcome };
  try {
    const outcomes = await ports.outcomes?.({ ...details, outcome });
    const found = start
      ? await compareOutcomes(runs, { outcomes, ...(signal ? { signal } : {}) })
      : { ...runs, changes: null, reason: "it is not on record which files the run started with" };
    return { outcome: withinPatchLimit(found, { limit, omitted }), damage: [] };
  } catch (error) {
    signal?.throwIfAborted();
    if (!DadError.is(error)) throw error;
    return { outcome: { ...runs, changes: null, reason: error.message }, damage: [errorEnvelope(error)] };
  }
}

/** Without the differences of the files for which there is no room. Of each file, all of it is there, or nothing. */
export function withinPatchLimit(comparison: OutcomeComparison, { limit, omitted }: Pick<OutcomeOfOptions, "limit" | "omitted">): OutcomeComparison {
  const { patch, ...others } = comparison;
  if (patch === undefined || patch.length <= limit) return comparison;
  const files = patch.split(/^(?=diff --git )/m);
  let left = limit;
  const kept = files.filter((file) => file.length <= left && (left -= file.length) >= 0);
  omitted.add("patch", files.length - kept.length, "there is no room for the differences of so many or so large files in a report");
  return { ...others, patch: kept.join("") };
}
