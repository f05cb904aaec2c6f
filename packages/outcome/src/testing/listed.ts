import type { AbortOptions, OutcomeRepository, OutcomeSummary } from "../outcome-repository.ts";

/** All that a repository lists. */
export async function listed(repository: OutcomeRepository, options: AbortOptions = {}): Promise<OutcomeSummary[]> {
  const summaries: OutcomeSummary[] = [];
  for await (const summary of repository.list(options)) summaries.push(summary);
  return summaries;
}
