import type {
  ArtifactEntry,
  ErrorEnvelope,
  EventOf,
  NodeEffect,
  NodeFingerprint,
  NodeOrigin,
  NodePath,
  OutcomeRef,
  RecordedEvent,
  Traceparent,
  Usage,
} from "@dad/protocol";

/** How the last attempt of a node stands, as the journal tells it. */
export interface NodeHistory {
  readonly path: NodePath;
  /** Of the last attempt. */
  readonly attempt: number;
  /** `started`: nobody recorded how it ended. `parked`: it waits for answers, and all that it did before is in its steps. */
  readonly state: "started" | "parked" | "completed" | "failed" | "cancelled";
  readonly effect: NodeEffect | undefined;
  readonly artifacts: readonly ArtifactEntry[];
  readonly error: ErrorEnvelope | undefined;
  /** What comes after it had gone on, after it rested. */
  readonly rested?: true;
  /** Of the entry that says how it ended, or that it started. */
  readonly seq: number;
  /** What its result depends on. Absent where no result was tried for, and in what older versions recorded. */
  readonly fingerprint?: NodeFingerprint | undefined;
  readonly reads?: readonly NodePath[] | undefined;
  readonly usage?: Usage | undefined;
  /** Of a reused node: where it was executed. */
  readonly origin?: NodeOrigin | undefined;
  /** The span that its last attempt was executed under. */
  readonly traceparent?: Traceparent | undefined;
  /** Of the entry that says that its first attempt started. */
  readonly began?: number | undefined;
  /** Of all that its attempts changed: they did so while nobody else changed files. */
  readonly exclusive?: boolean | undefined;
  /** Of a reused node: one of those that it is reused together with, because nobody knows whose the changes are. */
  readonly beside?: NodePath | undefined;
  /** With which commit it ended, when it changed files of the outcome. `parent` is what it found. */
  readonly outcome?: OutcomeRef | undefined;
}

/** How the node of an event stands after it; `undefined` for an event of no node. */
export function nodeAfter(event: RecordedEvent, nodes: ReadonlyMap<NodePath, NodeHistory>): NodeHistory | undefined {
  switch (event.type) {
    case "node.started":
      return {
        path: event.path,
        attempt: event.attempt,
        state: "started",
        effect: event.effect,
        artifacts: [],
        error: undefined,
        seq: event.seq,
        ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
        ...leftBefore(event, nodes.get(event.path)),
      };
    case "node.completed":
    case "node.failed":
    case "node.parked":
    case "node.cancelled":
      return {
        path: event.path,
        attempt: event.attempt,
        state: STATES[event.type],
        effect: nodes.get(event.path)?.effect,
        artifacts: event.artifacts,
        error: event.type === "node.failed" || event.type === "node.cancelled" ? event.error : undefined,
        seq: event.seq,
        usage: event.usage,
        ...tracedOf(event, nodes.get(event.path)),
        ...madeOf(event, nodes.get(event.path)),
      };
    case "node.rested":
      return restedAfter(event, nodes.get(event.path));
    default:
      return undefined;
  }
}

type NodeEnd = EventOf<"node.completed"> | EventOf<"node.failed"> | EventOf<"node.parked"> | EventOf<"node.cancelled">;

/** What was not started here has no span of an attempt. */
function tracedOf({ attempt }: NodeEnd, before: NodeHistory | undefined): Partial<NodeHistory> {
  return before?.traceparent !== undefined && before.attempt === attempt ? { traceparent: before.traceparent } : {};
}

function leftBefore({ seq }: EventOf<"node.started">, before: NodeHistory | undefined): Partial<NodeHistory> {
  return { began: before?.began ?? seq, outcome: before?.outcome, exclusive: before?.exclusive };
}

/** What an attempt before it changed is changed: as it was, where this one changes nothing. */
function madeOf(event: NodeEnd, before: NodeHistory | undefined): Partial<NodeHistory> {
  const began = before?.began;
  if (event.type === "node.cancelled") return { began, outcome: before?.outcome };
  const { fingerprint, reads, beside, outcome } = event;
  const origin = event.type === "node.parked" ? undefined : event.origin;
  const made = { began, fingerprint, reads, origin, beside };
  if (outcome === undefined) return { ...made, outcome: before?.outcome, exclusive: before?.exclusive };
  return { ...made, outcome, exclusive: event.exclusive === true && (before?.outcome === undefined || before.exclusive === true) };
}

function restedAfter({ attempt }: EventOf<"node.rested">, before: NodeHistory | undefined): NodeHistory | undefined {
  return before?.attempt === attempt ? { ...before, rested: true } : undefined;
}

const STATES = { "node.completed": "completed", "node.failed": "failed", "node.parked": "parked", "node.cancelled": "cancelled" } as const;
