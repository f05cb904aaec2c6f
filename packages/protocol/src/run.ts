import { z } from "zod";
import { ArtifactEntry, Descriptor } from "./artifact.ts";
import { BudgetLevel } from "./budget.ts";
import { ErrorEnvelope } from "./error.ts";
import { ExecutionId, NodePath, RelativePath, RunId } from "./id.ts";
import { InputRequest } from "./input-request.ts";
import { IsolationRecord } from "./isolation-record.ts";
import { Json } from "./json.ts";
import { Traceparent } from "./trace-context.ts";
import { Usage } from "./usage.ts";

/** `interrupted` is never written: a reader concludes it when a run has neither an end nor a living owner. */
export const RunStatus = z.enum(["running", "waiting", "completed", "failed", "cancelled", "interrupted"]);
export type RunStatus = z.infer<typeof RunStatus>;

/** How a run or an element of it can end. */
export const FinalStatus = z.enum(["completed", "failed", "cancelled"]);
export type FinalStatus = z.infer<typeof FinalStatus>;

export const NodeStatus = z.enum(["running", "waiting", "completed", "failed", "cancelled", "skipped", "interrupted"]);
export type NodeStatus = z.infer<typeof NodeStatus>;

/**
 * Whether a node's result was made in this run, taken from an earlier one, or said by a person: that an attempt
 * which nobody saw end had done its work.
 */
export const NodeDecision = z.enum(["executed", "reused", "assumed"]);
export type NodeDecision = z.infer<typeof NodeDecision>;

/** What repeating a node means: nothing outside the run changes, twice is like once, or a repetition matters. */
export const NodeEffect = z.enum(["pure", "idempotent", "effectful"]);
export type NodeEffect = z.infer<typeof NodeEffect>;

/** Where the definition of a run was loaded from, and with which resources it works: what is needed to resume it. */
export const RunSource = z.looseObject({
  /** The file that exports the root component, relative to the run root, with `/` between the parts. */
  file: z.string(),
  /** Name of the resource profile, when one was chosen. */
  profile: z.string().optional(),
  /** Name of the project whose repository has the outcome of the run. */
  project: z.string().optional(),
});
export type RunSource = z.infer<typeof RunSource>;

/** A file that is too large for a commit: the commit has a pointer in its place, and the artifact store has its content. */
export const LargeFile = Descriptor.extend({ path: RelativePath });
export type LargeFile = z.infer<typeof LargeFile>;

/** Where a result tree was taken over from: a commit of a repository of the project itself. */
export const OutcomeSource = z.looseObject({
  /** Absolute path of the directory with the repository. */
  repository: z.string(),
  /** As it was asked for: a branch, a tag or a commit. */
  revision: z.string(),
  commit: z.string(),
});
export type OutcomeSource = z.infer<typeof OutcomeSource>;

/** A commit that holds the result tree of a run. */
export const OutcomeRef = z.looseObject({
  branch: z.string(),
  commit: z.string(),
  /** Names the files of the commit: the same for the same files, whoever committed them. */
  tree: z.string().optional(),
  /** The commit before it. */
  parent: z.string().optional(),
  /** All files of the commit that are kept as artifacts, also those that earlier commits brought. */
  large: z.array(LargeFile).optional(),
  /** Of what a run starts from, when it was taken over from elsewhere. */
  source: OutcomeSource.optional(),
});
export type OutcomeRef = z.infer<typeof OutcomeRef>;

/** The run that a run was made from, and what was asked of the new one. Paths may have `iter_*` for each iteration of a loop. */
export const RerunOf = z.looseObject({
  of: RunId,
  /** The last entry of it that counts: it may have gone on since. */
  seq: z.int().positive().optional(),
  /** This and all that comes after it is executed, and all else reused. Without it, what is unchanged is reused. */
  from: NodePath.optional(),
  /** By node path: members of its settings that were set for this run. */
  set: z.record(z.string(), z.record(z.string(), Json)).optional(),
  /** What is executed although it is unchanged. */
  reask: z.array(z.string()).optional(),
  /** What is reused although it is changed. */
  pin: z.array(z.string()).optional(),
  /** `false`: nothing is reused. */
  reuse: z.boolean().optional(),
  /**
   * The commit that its result tree starts from: it already has what the nodes made that come before all that is executed.
   * `tree` names the files as the first of these nodes found them, and `source` is where those of the runs before came from.
   */
  start: z.looseObject({ commit: z.string(), tree: z.string().optional(), source: OutcomeSource.optional() }).optional(),
  /** All runs that it was made from, the last one first. */
  lineage: z.array(RunId).optional(),
  /** What models and other outsiders gave is served from the record, and the code of the agent is executed again. */
  replay: z.boolean().optional(),
  /** The last span of that run. */
  traceparent: Traceparent.optional(),
});
export type RerunOf = z.infer<typeof RerunOf>;

/** Where a reused result was made: the entry in the journal of the run that executed the node, and the span that it was executed under. */
export const NodeOrigin = z.looseObject({
  runId: RunId,
  seq: z.int().positive(),
  attempt: z.int().positive(),
  traceparent: Traceparent.optional(),
});
export type NodeOrigin = z.infer<typeof NodeOrigin>;

/** Why a failure did not end what is around it: the node was allowed to fail, or a `try` around it caught it. */
export const FailureHandling = z.enum(["continue", "fallback", "catch"]);
export type FailureHandling = z.infer<typeof FailureHandling>;

export const NodeSummary = z.looseObject({
  path: NodePath,
  status: NodeStatus,
  decision: NodeDecision,
  /** The last attempt, from 1. */
  attempt: z.int().positive().optional(),
  /** Of a failed node whose failure did not end what is around it. */
  handled: FailureHandling.optional(),
  /** Of a reused node. */
  origin: NodeOrigin.optional(),
  /** Of the last attempt, by the monotonic clock. `null` while it is going on. */
  durationMs: z.number().nonnegative().nullable(),
});
export type NodeSummary = z.infer<typeof NodeSummary>;

/** How a component or a block of a run stands. */
export const ComponentSummary = z.looseObject({
  path: NodePath,
  /** `agent`, `flow`, or the kind of a block: `map`, `try`, … */
  kind: z.string(),
  status: NodeStatus,
  /** By the monotonic clock. `null` while it is going on. */
  durationMs: z.number().nonnegative().nullable(),
  /** Why it failed. The causes are with the node that failed. */
  error: ErrorEnvelope.optional(),
});
export type ComponentSummary = z.infer<typeof ComponentSummary>;

/** What `dad run --json` prints: one run and how it went. */
export const RunSummary = z.looseObject({
  runId: RunId,
  executionId: ExecutionId,
  status: RunStatus,
  runDir: z.string(),
  outcome: OutcomeRef.nullable(),
  /** Of a result tree that was taken over from elsewhere: where it starts. */
  start: OutcomeRef.optional(),
  /** Of a run without a result tree: the directory that it works in, from `runDir` where it is in it, else absolute. */
  workspace: z.string().optional(),
  usage: Usage,
  nodes: z.array(NodeSummary),
  /** What nobody has answered yet, in the order in which it was asked. */
  requests: z.array(InputRequest).optional(),
  /** The limits of its budget, and how much of them is spent. */
  budget: z.array(BudgetLevel).optional(),
  error: ErrorEnvelope.optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** What `dad show --json` prints: the same, and the artifacts of each node. */
export const RunDetails = RunSummary.extend({
  rootComponentId: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  rerun: RerunOf.optional(),
  /** What reused nodes had used where they were executed. It is no part of `usage`. */
  saved: Usage.optional(),
  source: RunSource.optional(),
  /** The spaces in which its commands ran, without repetitions. */
  spaces: z.array(IsolationRecord).optional(),
  /** The span of the run: the last one of a run that was resumed. */
  traceparent: Traceparent.optional(),
  nodes: z.array(NodeSummary.extend({ artifacts: z.array(ArtifactEntry), error: ErrorEnvelope.optional() })),
  /** In the order in which they were first started. */
  components: z.array(ComponentSummary).optional(),
});
export type RunDetails = z.infer<typeof RunDetails>;

/** One element of what `dad ls --json` prints. */
export const RunListEntry = z.looseObject({
  runId: RunId,
  status: RunStatus,
  rootComponentId: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  rerun: RerunOf.optional(),
});
export type RunListEntry = z.infer<typeof RunListEntry>;

/** `run.json` in a run directory: a summary for people and other tools. Derived from the journal, never the truth. */
export const RunManifest = RunDetails.omit({ runDir: true }).extend({ format: z.literal("dad.run/1") });
export type RunManifest = z.infer<typeof RunManifest>;
