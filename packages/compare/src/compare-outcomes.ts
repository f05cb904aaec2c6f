import type { OutcomeRepository } from "@dad/outcome";
import { DadError, type OutcomeComparison, type OutcomeRef } from "@dad/protocol";
import type { Pair } from "./read-pair.ts";
import type { AbortOptions } from "./run-record.ts";

/** What a repository has to say about two commits. */
export type OutcomeSource = Pick<OutcomeRepository, "changes" | "patch">;

export interface CompareOutcomesOptions extends AbortOptions {
  readonly outcomes: OutcomeSource | undefined;
}

/** How two result trees differ, or why that is not known. */
export async function compareOutcomes(
  { before, after }: Pair<OutcomeRef | null>,
  { outcomes, ...abort }: CompareOutcomesOptions,
): Promise<OutcomeComparison> {
  const unknown = (reason: string): OutcomeComparison => ({ before, after, changes: null, reason });
  // Two runs that leave nothing leave the same.
  if (!before && !after) return { before, after, changes: [] };
  if (!before || !after) return unknown(`the run ${before ? "after" : "before"} has no outcome`);
  if (before.commit === after.commit || (before.tree !== undefined && before.tree === after.tree)) return { before, after, changes: [] };
  if (!outcomes) return unknown("the repository of the outcomes is not known");
  try {
    const options = { from: before.commit, ...abort };
    const changes = (await outcomes.changes(after.commit, options)).map((change) => ({ ...change }));
    return { before, after, changes, ...(changes.length === 0 ? {} : { patch: await outcomes.patch(after.commit, options) }) };
  } catch (error) {
    if (DadError.is(error, "OUTCOME_COMMIT_UNKNOWN")) return unknown(error.message);
    throw error;
  }
}
