import { z } from "zod";
import { ArtifactEntry } from "./artifact.ts";
import { BudgetLevel, BudgetLimits } from "./budget.ts";
import { Digest } from "./digest.ts";
import { EgressRequest } from "./egress-request.ts";
import { ErrorEnvelope } from "./error.ts";
import { ExecutionId, NodePath, RunId } from "./id.ts";
import { AnsweredBy, InputId, InputRequest, InputTimeout } from "./input-request.ts";
import { IsolationRecord } from "./isolation-record.ts";
import { Json } from "./json.ts";
import { NodeFingerprint } from "./node-fingerprint.ts";
import { FailureHandling, NodeDecision, NodeEffect, NodeOrigin, OutcomeRef, RerunOf, RunSource, RunStatus } from "./run.ts";
import { SpanId, Traceparent, TraceId } from "./trace-context.ts";
import { Usage } from "./usage.ts";

const run = {
  runId: RunId,
  /** Position in the journal of the run, from 1. Absent for what is told but not recorded. */
  seq: z.int().positive().optional(),
  /** Wall clock, for people. Order comes from `seq`. */
  time: z.iso.datetime(),
};
const element = { ...run, path: NodePath };
const attempt = { ...element, attempt: z.int().positive() };
const durationMs = z.number().nonnegative();
/** What re-runs go by. */
const made = {
  fingerprint: NodeFingerprint.optional(),
  /** The nodes whose results its settings were made of. */
  reads: z.array(NodePath).optional(),
  /** The elements by whose results the blocks around it decided that it is executed. They need not be among `reads`. */
  decidedBy: z.array(NodePath).optional(),
  /** The commit with which it ended, when it changed the result tree. */
  outcome: OutcomeRef.optional(),
  /** Its commits have nothing but what it changed itself: it did so while nobody else changed files. */
  exclusive: z.boolean().optional(),
  /** Of a reused node that changed files while others did, so that nobody knows whose the changes are: the same one of them all. */
  beside: NodePath.optional(),
};

/** A fact about a run, named `<noun>.<past participle>`, never edited once it is published. */
export const RunEvent = z.discriminatedUnion("type", [
  z.looseObject({
    ...run,
    type: z.literal("run.started"),
    executionId: ExecutionId,
    rootComponentId: z.string(),
    rerun: RerunOf.optional(),
    source: RunSource.optional(),
    /** Where its result tree starts from, in the project's own repository, when somebody chose that. */
    revision: z.string().optional(),
    /** The static inputs that the run was given when it was made: one JSON object. A run that is on record has them. */
    inputs: ArtifactEntry.optional(),
    /** The files that it was given, in `static_inputs` of the run directory. */
    inputFiles: z.array(ArtifactEntry).optional(),
    /** The most that the run may use. */
    budget: BudgetLimits.optional(),
  }),
  /** The run goes on in a new epoch. `from` is how it stood before. `budget`: from now on in the place of the one before. */
  z.looseObject({ ...run, type: z.literal("run.resumed"), from: RunStatus, budget: BudgetLimits.optional() }),
  z.looseObject({ ...run, type: z.literal("run.completed"), usage: Usage }),
  z.looseObject({ ...run, type: z.literal("run.failed"), usage: Usage, error: ErrorEnvelope }),
  z.looseObject({ ...run, type: z.literal("run.cancelled"), usage: Usage, error: ErrorEnvelope.optional() }),
  /** Nothing in it can go on before somebody answers: it waits, and nobody works on it. */
  z.looseObject({ ...run, type: z.literal("run.parked"), usage: Usage, requests: z.array(InputId).min(1) }),

  /** `definition` is the digest of what the root component consists of. */
  z.looseObject({ ...element, type: z.literal("component.started"), kind: z.string(), definition: Digest.optional() }),
  z.looseObject({ ...element, type: z.literal("component.completed"), durationMs }),
  z.looseObject({ ...element, type: z.literal("component.failed"), durationMs, error: ErrorEnvelope }),
  z.looseObject({ ...element, type: z.literal("component.cancelled"), durationMs }),
  z.looseObject({ ...element, type: z.literal("component.parked"), durationMs }),
  /** The branch of a block that was not chosen. */
  z.looseObject({ ...element, type: z.literal("component.skipped") }),

  /** `traceparent` names the span that the attempt is executed under. */
  z.looseObject({
    ...attempt,
    type: z.literal("node.started"),
    nodeType: z.string(),
    effect: NodeEffect.optional(),
    traceparent: Traceparent.optional(),
  }),
  z.looseObject({
    ...attempt,
    type: z.literal("node.completed"),
    decision: NodeDecision,
    /** Of a node that was not started in this run. */
    nodeType: z.string().optional(),
    durationMs,
    /** Of a reused node without contents: small ones are in the entry of its origin. */
    artifacts: z.array(ArtifactEntry),
    usage: Usage.optional(),
    ...made,
    /** Of a reused node: where it was executed. */
    origin: NodeOrigin.optional(),
  }),
  z.looseObject({
    ...attempt,
    type: z.literal("node.failed"),
    nodeType: z.string().optional(),
    durationMs,
    artifacts: z.array(ArtifactEntry),
    usage: Usage.optional(),
    error: ErrorEnvelope,
    ...made,
    origin: NodeOrigin.optional(),
  }),
  z.looseObject({
    ...attempt,
    type: z.literal("node.cancelled"),
    durationMs,
    artifacts: z.array(ArtifactEntry),
    usage: Usage.optional(),
    error: ErrorEnvelope.optional(),
  }),

  /** The node waits for these, and so does the run: it is executed again from the beginning, with what its steps gave. */
  z.looseObject({
    ...attempt,
    type: z.literal("node.parked"),
    durationMs,
    artifacts: z.array(ArtifactEntry),
    usage: Usage.optional(),
    ...made,
    requests: z.array(InputId).min(1),
  }),
  /** Somebody decided about a node instead of its own code: before it was executed, or of what it gave. */
  z.looseObject({
    ...attempt,
    type: z.literal("node.intercepted"),
    when: z.enum(["before", "after"]),
    action: z.enum(["vetoed", "replaced"]),
    by: z.string().min(1),
    reason: z.string().min(1),
  }),
  /** A piece of work within a node is done and need not be done again. `given` names what the node was told: for another one, it does not count. `usage` is a part of what the attempt used. */
  z.looseObject({
    ...attempt,
    type: z.literal("step.completed"),
    name: z.string().min(1),
    given: Digest,
    durationMs,
    result: ArtifactEntry,
    usage: Usage.optional(),
  }),

  z.looseObject({ ...attempt, type: z.literal("input.requested"), request: InputRequest }),
  /** `value` is absent of a secret. `origin`: it was given in that run, for the same question. */
  z.looseObject({
    ...element,
    type: z.literal("input.answered"),
    request: InputId,
    question: Digest,
    value: Json.optional(),
    by: AnsweredBy,
    origin: z.looseObject({ runId: RunId, seq: z.int().positive() }).optional(),
  }),
  /** An answer, of the message with this id, was not taken. Another one may be. */
  z.looseObject({
    ...element,
    type: z.literal("input.rejected"),
    request: InputId,
    by: AnsweredBy,
    error: ErrorEnvelope,
    message: z.string().min(1).optional(),
  }),
  /** Nobody answered in time, and this happens now. Once. */
  z.looseObject({ ...element, type: z.literal("input.expired"), request: InputId, onTimeout: InputTimeout }),
  /** The node needs no answer any more. */
  z.looseObject({ ...element, type: z.literal("input.cancelled"), request: InputId }),

  /** A failed attempt is followed by another after so long. */
  z.looseObject({ ...attempt, type: z.literal("attempt.retried"), delayMs: durationMs }),
  /** A node that completed has had its rest: what comes after it goes on. */
  z.looseObject({ ...attempt, type: z.literal("node.rested") }),
  /** A failure did not end what is around it. `path` is that of the node; for `catch`, of the `try` whose body failed. */
  z.looseObject({ ...element, type: z.literal("failure.handled"), by: FailureHandling, error: ErrorEnvelope }),

  /** A piece of output as it comes, of a model (`text`, `reasoning`) or a command (`stdout`, `stderr`). Told, not recorded: the whole is kept. */
  z.looseObject({ ...attempt, type: z.literal("output.streamed"), channel: z.string().min(1), text: z.string() }),

  /** A node recorded an artifact. Told, not recorded: the end of the node has it. */
  z.looseObject({ ...attempt, type: z.literal("artifact.recorded"), artifact: ArtifactEntry.omit({ data: true }) }),
  /** Where in a trace the run is found, by the ids of W3C Trace Context. */
  z.looseObject({
    ...run,
    type: z.literal("trace.updated"),
    traceId: TraceId,
    spanId: SpanId.optional(),
  }),
  /** Much of a budget is spent, or so much that a call did not fit any more. */
  z.looseObject({ ...run, type: z.literal("budget.warned"), ...BudgetLevel.shape }),
  z.looseObject({ ...run, type: z.literal("budget.exhausted"), ...BudgetLevel.shape }),

  /** The call of a model is tried again after so long, because it failed so. Told, not recorded. */
  z.looseObject({ ...attempt, type: z.literal("model.retried"), model: z.string().min(1), delayMs: durationMs, error: ErrorEnvelope }),
  /** Another model is asked instead, because the call of the first one failed so. */
  z.looseObject({ ...attempt, type: z.literal("model.replaced"), model: z.string().min(1), by: z.string().min(1), error: ErrorEnvelope }),

  /** Static inputs came after the run was made. The artifact holds all that it has by now. */
  z.looseObject({ ...run, type: z.literal("inputs.registered"), artifact: ArtifactEntry, paths: z.array(z.string()) }),
  /** The result tree that the run starts from. */
  z.looseObject({ ...run, type: z.literal("outcome.opened"), outcome: OutcomeRef }),
  /** The run has no result tree, and works in a directory that nobody commits: from the directory of the run where it is in it, else absolute. */
  z.looseObject({ ...run, type: z.literal("workspace.opened"), directory: z.string() }),
  z.looseObject({ ...run, type: z.literal("outcome.committed"), path: NodePath.optional(), outcome: OutcomeRef }),
  /** What was to be committed at the end of the run was not. With a path: what that node had changed, which later commits try again. */
  z.looseObject({ ...run, type: z.literal("outcome.failed"), path: NodePath.optional(), error: ErrorEnvelope }),
  /** A space was opened in which commands of the run run; `path` is the node that needed one of its own. */
  z.looseObject({ ...run, type: z.literal("isolation.opened"), path: NodePath.optional(), isolation: IsolationRecord }),
  /** A space asked for the network, where the policy lets it through by a list. */
  z.looseObject({ ...run, type: z.literal("network.requested"), request: EgressRequest }),
  /** What a killed writer had left unfinished at the end of the journal was set aside in the file `kept`, beside the journal. */
  z.looseObject({ ...run, type: z.literal("journal.recovered"), bytes: z.int().positive(), kept: z.string() }),
  /** What was not as the journal says was mended: the code of the finding, where it was, and what was done. */
  z.looseObject({ ...run, type: z.literal("run.repaired"), finding: z.string().min(1), where: z.string(), action: z.string().min(1) }),
  /** A handler, by its name, threw, rejected, took too long, or was too slow to be told all. Told, not recorded. */
  z.looseObject({
    ...run,
    type: z.literal("handler.failed"),
    event: z.string(),
    handler: z.string().min(1).optional(),
    dropped: z.int().nonnegative(),
    error: ErrorEnvelope.optional(),
  }),
  /** Something that the program itself, or (`by`) somebody outside under the id `message`, wants to be known. */
  z.looseObject({
    ...run,
    type: z.literal("custom.emitted"),
    path: NodePath.optional(),
    name: z.string().min(1),
    data: Json,
    by: AnsweredBy.optional(),
    message: z.string().min(1).optional(),
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventType = RunEvent["type"];
export type EventOf<Type extends RunEventType> = Extract<RunEvent, { readonly type: Type }>;

/**
 * What `custom.emitted` carries, by its name. Empty: programs add theirs.
 *
 *     declare module "@dad/protocol" {
 *       interface CustomEvents {
 *         "cache.hit": { readonly key: string };
 *       }
 *     }
 */
// oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-empty-interface -- to be merged with
export interface CustomEvents {}

/** An event of a newer version: passed on untouched by a reader that does not know its type. */
export const UnknownEvent = z.looseObject({ ...run, type: z.string() });
export type UnknownEvent = z.infer<typeof UnknownEvent>;

/** What somebody who reports a fact gives; the run adds its id, the sequence number and the time. */
export type EventDraft = RunEvent extends infer Event ? (Event extends RunEvent ? DraftOf<Event> : never) : never;

// `Omit` would lose the known keys of a loose object.
// What a newer reader may find in an event is nothing that a writer of this version adds by mistake: no index signature.
type DraftOf<Event> = { [Key in keyof Event as string extends Key ? never : Key extends "runId" | "seq" | "time" ? never : Key]: Event[Key] };

const KNOWN_TYPES: ReadonlySet<string> = new Set(RunEvent.options.map((option) => option.shape.type.value));

export function isKnownEvent(event: RunEvent | UnknownEvent): event is RunEvent {
  return KNOWN_TYPES.has(event.type);
}

/**
 * Reads an event that another process wrote.
 *
 * @throws ZodError when it has no event's form, or not the form of its known type.
 */
export function parseEvent(value: unknown): RunEvent | UnknownEvent {
  const event = UnknownEvent.parse(value);
  return KNOWN_TYPES.has(event.type) ? RunEvent.parse(value) : event;
}
