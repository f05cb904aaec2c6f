import { z } from "zod";
import { Digest } from "./digest.ts";
import { NodePath, RunId } from "./id.ts";
import { Json } from "./json.ts";
import { NodeDecision, NodeOrigin, NodeStatus, OutcomeRef, RunStatus } from "./run.ts";
import { Usage } from "./usage.ts";

const count = z.int().nonnegative();

/** How two texts differ. */
export const TextDiff = z.looseObject({
  /** Lines of the text after that are not in the one before. */
  added: count,
  removed: count,
  /** Hunks of the unified format, without the names of files. */
  unified: z.string(),
});
export type TextDiff = z.infer<typeof TextDiff>;

/**
 * One change of a JSON value. Without `before` something came in, without `after` something went. The changes of a value are made
 * in their order: an element that comes into an array moves those behind it, as in JSON Patch (RFC 6902).
 */
export const JsonChange = z.looseObject({
  /** JSON Pointer (RFC 6901). `""` is the whole value. */
  path: z.string(),
  before: Json.optional(),
  after: Json.optional(),
  /** Of two texts of several lines. */
  text: TextDiff.optional(),
});
export type JsonChange = z.infer<typeof JsonChange>;

/** How two JSON values differ. */
export const JsonDiff = z.looseObject({
  changes: z.array(JsonChange),
  /** How many changes there are besides those. */
  omitted: count,
});
export type JsonDiff = z.infer<typeof JsonDiff>;

/** A component of a fingerprint that differs: `code`, `settings.<name>`, `static`, `resources.<kind>.<alias>`, `workspace`, `unknown`. */
export const FingerprintChange = z.looseObject({ component: z.string(), before: Json.optional(), after: Json.optional() });
export type FingerprintChange = z.infer<typeof FingerprintChange>;

/** One tool that a model called, in one of the runs or in both. */
export const ToolCallStep = z.looseObject({ kind: z.enum(["same", "removed", "added"]), tool: z.string(), input: Json });
export type ToolCallStep = z.infer<typeof ToolCallStep>;

/** Which tools a model called, one after the other, in both runs. */
export const ToolCallDiff = z.looseObject({ steps: z.array(ToolCallStep), omitted: count });
export type ToolCallDiff = z.infer<typeof ToolCallDiff>;

const content = z.looseObject({ digest: Digest, size: count, path: z.string() });

/** An artifact that one of the attempts has and the other has not, or has with other content. */
export const ArtifactChange = z.looseObject({ name: z.string(), before: content.optional(), after: content.optional() });
export type ArtifactChange = z.infer<typeof ArtifactChange>;

/** After minus before. `null`: at least one of the two is not known. */
export const ComparedDelta = z.looseObject({
  durationMs: z.number().nullable(),
  inputTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  costUsd: z.number().nullable(),
});
export type ComparedDelta = z.infer<typeof ComparedDelta>;

/** One attempt of a node in one of the runs. */
export const ComparedAttempt = z.looseObject({
  nodeType: z.string().optional(),
  status: NodeStatus,
  decision: NodeDecision,
  /** Of a reused result: where it was made. */
  origin: NodeOrigin.optional(),
  durationMs: z.number().nonnegative().nullable(),
  /** What it used in this run: what is reused uses nothing. `null`: it did not end, and nobody knows. */
  usage: Usage.nullable(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
export type ComparedAttempt = z.infer<typeof ComparedAttempt>;

/**
 * In what two attempts can differ. That one is reused or takes longer is no difference. `presence`: only one of the runs has the
 * attempt. `notCompared`: there is a difference, and the contents that it is in are not known.
 */
export const NodeDifference = z.enum([
  "presence",
  "status",
  "error",
  "fingerprint",
  "prompt",
  "output",
  "toolCalls",
  "usage",
  "artifacts",
  "notCompared",
]);
export type NodeDifference = z.infer<typeof NodeDifference>;

/** How a model was asked differently. */
export const PromptDiff = z.looseObject({
  /** Of the request as people read it: system, context, prompt. */
  text: TextDiff.optional(),
  /** Of what else is asked for: `model`, `output`, `tools`, `toolChoice`, `settings`. */
  settings: JsonDiff.optional(),
});
export type PromptDiff = z.infer<typeof PromptDiff>;

/** How what nodes gave differs: texts as texts, and all else as JSON. */
export const OutputDiff = z.looseObject({ text: TextDiff.optional(), json: JsonDiff.optional() });
export type OutputDiff = z.infer<typeof OutputDiff>;

/** One attempt of a node, in both runs or in one of them. */
export const NodeComparison = z.looseObject({
  path: NodePath,
  attempt: z.int().positive(),
  /** Empty: nothing differs. */
  differs: z.array(NodeDifference),
  before: ComparedAttempt.optional(),
  after: ComparedAttempt.optional(),
  delta: ComparedDelta,
  fingerprint: z.array(FingerprintChange),
  prompt: PromptDiff.optional(),
  output: OutputDiff.optional(),
  toolCalls: ToolCallDiff.optional(),
  artifacts: z.array(ArtifactChange),
  /** Artifacts that differ, and of which it is not told how: `missing`, content is nowhere; `large`; `unreadable`, it is not what was expected. */
  notCompared: z.array(z.looseObject({ name: z.string(), reason: z.enum(["missing", "large", "unreadable"]) })),
});
export type NodeComparison = z.infer<typeof NodeComparison>;

/** One of the two runs as a whole. */
export const ComparedRun = z.looseObject({
  runId: RunId,
  rootComponentId: z.string(),
  status: RunStatus,
  startedAt: z.iso.datetime(),
  /** By the wall clock. `null` while it is going on. */
  durationMs: z.number().nullable(),
  usage: Usage,
  /** How many nodes were executed, reused, and failed in the end. */
  executed: count,
  reused: count,
  failed: count,
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
export type ComparedRun = z.infer<typeof ComparedRun>;

/** How the result trees of two runs differ. */
export const OutcomeComparison = z.looseObject({
  before: OutcomeRef.nullable(),
  after: OutcomeRef.nullable(),
  /** Sorted by path. `null`: that is not known, and `reason` says why. */
  changes: z.array(z.looseObject({ path: z.string(), kind: z.enum(["added", "modified", "deleted"]) })).nullable(),
  reason: z.string().optional(),
  /** The same with contents, as unified diff in git's format, where anything changed. */
  patch: z.string().optional(),
});
export type OutcomeComparison = z.infer<typeof OutcomeComparison>;

/**
 * What `dad diff --json` prints: two runs, aligned by node path and attempt. In texts and values that are compared the name of each
 * run itself is `<run>`, so that it makes no difference.
 */
export const RunComparison = z.looseObject({
  format: z.literal("dad.comparison/1"),
  /** Whether anything that was compared differs. */
  differs: z.boolean(),
  /** Only what is at this path and below it was compared. */
  node: NodePath.optional(),
  before: ComparedRun,
  after: ComparedRun,
  delta: ComparedDelta,
  /** All attempts, in the order of the runs. */
  nodes: z.array(NodeComparison),
  /** `null`: it was not asked for, because only a part of the runs was compared. */
  outcome: OutcomeComparison.nullable(),
});
export type RunComparison = z.infer<typeof RunComparison>;
