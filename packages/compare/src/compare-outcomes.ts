import type { OutcomeRepository } from "@dad/outcome";
import { DadError, type OutcomeComparison, type OutcomeRef } from "@dad/protocol";
import type { Pair } from "./read-pair.ts";
import type { AbortOptions } from "./run-record.ts";

/** What a repository has to say about two commits. One that gives no patch is asked for the list of changes only. */
export interface OutcomeSource extends Pick<OutcomeRepository, "changes"> {
  /** What changed up to a commit since another one: a unified diff in git's format. */
  patch?(to: string, options?: AbortOptions & { readonly from?: string }): Promise<string>;
}

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
    const patch = changes.length === 0 ? undefined : await patchOf(outcomes, after.commit, options);
    return { before, after, changes, ...(patch === undefined ? {} : { patch }) };
  } catch (error) {
    if (DadError.is(error, "OUTCOME_COMMIT_UNKNOWN")) return unknown(error.message);
    throw error;
  }
}

async function patchOf(outcomes: OutcomeSource, to: string, options: AbortOptions & { readonly from: string }): Promise<string | undefined> {
  return await outcomes.patch?.(to, options);
}
