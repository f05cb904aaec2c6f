import { z } from "zod";
import { ArtifactEntry } from "./artifact.ts";
import { Digest } from "./digest.ts";
import { ErrorEnvelope } from "./error.ts";
import { RunEvent, UnknownEvent } from "./event.ts";
import { NodePath, RunId } from "./id.ts";
import { InputId } from "./input-request.ts";
import { Json } from "./json.ts";
import { NodeFingerprint } from "./node-fingerprint.ts";
import { FailureHandling, NodeDecision, NodeEffect, NodeOrigin, NodeStatus, OutcomeRef, RunDetails, RunListEntry } from "./run.ts";
import { RunRuntime } from "./run-metadata.ts";
import { OutcomeComparison, RunComparison } from "./run-comparison.ts";
import { Usage } from "./usage.ts";

const count = z.int().nonnegative();
/** Milliseconds since the epoch, with fractions. */
const moment = z.number();
const attributes = z.record(z.string(), Json);

/** A span of the run. `end` is `null` of one that nobody saw end. */
export const ReportSpan = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  /** The number of OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: count,
  start: moment,
  end: moment.nullable(),
  status: z.enum(["unset", "ok", "error"]),
  message: z.string().optional(),
  attributes,
  events: z.array(z.looseObject({ time: moment, name: z.string(), attributes })).optional(),
  links: z.array(z.looseObject({ traceId: z.string(), spanId: z.string(), attributes })).optional(),
  /** The element of the run that it belongs to: its own attribute `dad.node.path`, or that of a span around it. */
  path: NodePath.optional(),
});
export type ReportSpan = z.infer<typeof ReportSpan>;

export const ReportLog = z.looseObject({
  time: moment,
  severity: z.enum(["trace", "debug", "info", "warn", "error", "fatal"]),
  eventName: z.string().optional(),
  body: Json.optional(),
  attributes,
  traceId: z.string().optional(),
  spanId: z.string().optional(),
  path: NodePath.optional(),
});
export type ReportLog = z.infer<typeof ReportLog>;

/** The last value of one instrument for one set of attributes. */
export const ReportMetric = z.looseObject({
  name: z.string(),
  unit: z.string(),
  description: z.string(),
  attributes,
  /** The sum, or the value of a gauge; of a histogram its sum, with the counts between its bounds. */
  value: z.number(),
  count: count.optional(),
  bounds: z.array(z.number()).optional(),
  buckets: z.array(count).optional(),
});
export type ReportMetric = z.infer<typeof ReportMetric>;

/** What a node waited for. */
export const ReportWait = z.looseObject({
  request: InputId,
  start: moment,
  end: moment.nullable(),
  answer: z.enum(["answered", "expired", "cancelled"]).optional(),
});
export type ReportWait = z.infer<typeof ReportWait>;

/** One attempt of a node. One that was parked and goes on is the same attempt. */
export const ReportAttempt = z.looseObject({
  attempt: count,
  nodeType: z.string().optional(),
  effect: NodeEffect.optional(),
  status: NodeStatus,
  decision: NodeDecision,
  origin: NodeOrigin.optional(),
  start: moment,
  /** `null`: it goes on, or nobody saw it end (`interrupted`). */
  end: moment.nullable(),
  /** By the monotonic clock: what was worked on it, without the time in which it was parked. */
  durationMs: z.number().nonnegative().nullable(),
  usage: Usage.optional(),
  error: ErrorEnvelope.optional(),
  /**
   * Without what travels in them: it is in `contents`. A conversation with a model is `state` (`{ model, request }`: a `ModelRequest`), `steps/1/reply`
   * (a `ModelResponse`), `steps/1/results` (tool results), `steps/2/reply`, …, `reply` (the last response). In these a file is named by its digest.
   */
  artifacts: z.array(ArtifactEntry),
  fingerprint: NodeFingerprint.optional(),
  reads: z.array(NodePath).optional(),
  decidedBy: z.array(NodePath).optional(),
  outcome: OutcomeRef.optional(),
  /** Of the span that it was executed under. */
  spanId: z.string().optional(),
  waits: z.array(ReportWait),
  steps: z.array(z.looseObject({ name: z.string(), end: moment, durationMs: z.number().nonnegative(), usage: Usage.optional() })),
});
export type ReportAttempt = z.infer<typeof ReportAttempt>;

/** A component, a block, a branch or iteration of one, or a node. */
export const ReportElement = z.looseObject({
  path: NodePath,
  /** `agent`, `flow`, the kind of a block, `branch`, or `node`. */
  kind: z.string(),
  status: NodeStatus,
  start: moment.nullable(),
  end: moment.nullable(),
  durationMs: z.number().nonnegative().nullable(),
  error: ErrorEnvelope.optional(),
  handled: FailureHandling.optional(),
  /** Of a node: what all its attempts used. Of all else: what the nodes in it did. */
  usage: Usage.optional(),
  /** Of a node. */
  attempts: z.array(ReportAttempt).optional(),
  /** Of a component: what it asked for itself, for its variables. */
  waits: z.array(ReportWait).optional(),
});
export type ReportElement = z.infer<typeof ReportElement>;

/** Content that the report brings along: a text, bytes in base64, or neither where it is not there (`missing`) or too large. */
export const ReportContent = z.looseObject({
  mediaType: z.string(),
  size: count,
  text: z.string().optional(),
  data: z.string().meta({ contentEncoding: "base64" }).optional(),
  /** `cut`: this is the beginning. `missing`: nowhere to be found. `damaged`: not what its digest says. `left`: the report has no room for it. */
  state: z.enum(["whole", "cut", "missing", "damaged", "left"]),
});
export type ReportContent = z.infer<typeof ReportContent>;

/** What was left out of a report, and how much of it. */
export const ReportOmission = z.looseObject({ what: z.enum(["spans", "logs", "events", "contents", "patch"]), count, reason: z.string() });
export type ReportOmission = z.infer<typeof ReportOmission>;

/** All that is known of one run. */
export const ReportRun = z.looseObject({
  /** How it stands. Its nodes and components are the elements. */
  details: RunDetails.omit({ nodes: true, components: true }),
  /** In the order in which they began; what holds others comes before them. */
  elements: z.array(ReportElement),
  /** As they are recorded, without contents and without the hashes of the journal. What is too long in them is cut. */
  events: z.array(z.union([RunEvent, UnknownEvent])),
  spans: z.array(ReportSpan),
  logs: z.array(ReportLog),
  metrics: z.array(ReportMetric),
  /** By digest. */
  contents: z.record(Digest, ReportContent),
  /** From what the run starts to how it stands. `null`: it has no outcome. */
  outcome: OutcomeComparison.nullable(),
  /** The runs that it was made from, the last one first, and those that were made from it. */
  ancestors: z.array(RunListEntry.partial().extend({ runId: RunId })),
  descendants: z.array(RunListEntry),
  omitted: z.array(ReportOmission),
  /** What it was executed with, by the process that worked on it last. */
  runtime: RunRuntime.optional(),
  /** What of the run could not be read, and why. The rest of the report is what could be. */
  damage: z.array(ErrorEnvelope).optional(),
});
export type ReportRun = z.infer<typeof ReportRun>;

/** What a report shows: one run, or two that are compared. It travels in the page, in JSON. */
export const RunReport = z.looseObject({
  format: z.literal("dad.report/1"),
  generatedAt: z.iso.datetime(),
  /** The version of what made it. */
  version: z.string(),
  run: ReportRun,
  /** Another run, with which this one is compared: `run` is the one after. */
  before: ReportRun.optional(),
  comparison: RunComparison.optional(),
});
export type RunReport = z.infer<typeof RunReport>;
