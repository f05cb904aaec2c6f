/**
 * Compares two runs, node by node: what they were given, what they gave, and what it took.
 *
 * @packageDocumentation
 */
export { comparisonHtml } from "./html/comparison-html.ts";
export { compareFork, type ForkedChildFacts, type ForkFacts } from "./compare-fork.ts";
export { compareOutcomes, type CompareOutcomesOptions, type OutcomeSource } from "./compare-outcomes.ts";
export { type ComparedPorts, compareRuns, type CompareRunsOptions } from "./compare-runs.ts";
export { NodeUnknownError } from "./errors.ts";
export { jsonDiff } from "./json-diff.ts";
export type { JournalSource } from "./run-record.ts";
export { type AskedModel, askedModel } from "./prompt-text.ts";
export { textDiff } from "./text-diff.ts";
