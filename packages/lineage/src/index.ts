/**
 * How what a node gave came about, from the journals of its run and of those that it was made from.
 *
 * @packageDocumentation
 */
export type { AskedText } from "./asked-node.ts";
export { bisection, type BisectionResult, type BisectionStep, type Verdict } from "./bisection.ts";
export { commitsOf, type CommitsPorts, type FilesAfter, filesAfter, type NodeCommit, type RunCommits } from "./commits-of.ts";
export { type AttemptPlace, executionsBehind, type MadeBy } from "./executions-behind.ts";
export { ArtifactUnknownError, NodeAmbiguousError, NodeUnknownError } from "./errors.ts";
export { lineageOf, type LineageOptions, type LineagePorts } from "./lineage-of.ts";
export type { JournalSource } from "./run-record.ts";
export type { AbortOptions } from "./run-records.ts";
