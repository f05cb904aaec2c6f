import { ArtifactInvalidError, readText } from "@dad/artifacts";
import type { ArtifactStore } from "@dad/artifacts";
import type { JournalStore } from "@dad/journal";
import {
  type ArtifactEntry,
  type Digest,
  type ErrorEnvelope,
  type EventOf,
  type FailureHandling,
  type InputId,
  type Json,
  type NodeEffect,
  type NodeFingerprint,
  type NodeOrigin,
  type NodePath,
  type OutcomeRef,
  type RecordedEvent,
  type RerunOf,
  type RunId,
  type Usage,
} from "@dad/protocol";
import { decodeValue } from "./artifact-format.ts";
import { contentsOfOrigins, type OriginContents } from "./origin-contents.ts";
import { foldRequests, type RequestHistory } from "./request-history.ts";
import { checkedRunId } from "./run-env.ts";

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
  /** Of the entry that says that its first attempt started. */
  readonly began?: number | undefined;
  /** Of all that its attempts changed: they did so while nobody else changed files. */
  readonly exclusive?: boolean | undefined;
  /** Of a reused node: one of those that it is reused together with, because nobody knows whose the changes are. */
  readonly beside?: NodePath | undefined;
  /** With which commit it ended, when it changed files of the outcome. `parent` is what it found. */
  readonly outcome?: OutcomeRef | undefined;
}

/** A change of the result tree by one attempt of a node. */
export interface OutcomeStep {
  readonly path: NodePath;
  readonly outcome: OutcomeRef;
}

/** The files of the outcome of a run, as its nodes found and left them. */
export interface OutcomeHistory {
  /** Where its branch begins. */
  readonly start: OutcomeRef | undefined;
  /** Names the files as its first node found them. */
  readonly tree: string | undefined;
  /** The changes, in the order in which they were made. */
  readonly steps: readonly OutcomeStep[];
}

/** A piece of work within a node that is done. */
export interface StepHistory {
  /** Names what the node was told. */
  readonly given: Digest;
  readonly result: ArtifactEntry;
}

/** What had happened in a run before it was opened. */
export interface RunHistory {
  /** The digest of the definition that the run executed last, once its root component has started. */
  readonly definition: Digest | undefined;
  /** In the order in which they were first started. */
  readonly nodes: ReadonlyMap<NodePath, NodeHistory>;
  /** The nodes whose last attempt has ended, in the order of these ends; of a node that rested, of the end of its rest. */
  readonly ended: ReadonlySet<NodePath>;
  /** By what each failure was handled that did not end what is around it: of a node, or of a `try`. */
  readonly handled: ReadonlyMap<NodePath, FailureHandling>;
  /** How each component stands. */
  readonly components: ReadonlyMap<NodePath, ComponentState>;
  /** What was asked, in the order in which it was, and what became of it. */
  readonly requests: ReadonlyMap<InputId, RequestHistory>;
  /** What the steps of each node gave, by name. */
  readonly steps: ReadonlyMap<NodePath, ReadonlyMap<string, StepHistory>>;
  /** The ids of the messages that were taken from outside. */
  readonly messages: ReadonlySet<string>;
  /** The static inputs that were registered last. */
  readonly inputs: ArtifactEntry | undefined;
  /** The files that it was given. */
  readonly inputFiles: readonly ArtifactEntry[];
  /** What the run was made from, of a re-run. */
  readonly rerun: RerunOf | undefined;
  /** Where its outcome was to start from, in the project's own repository. */
  readonly revision: string | undefined;
  readonly outcome: OutcomeHistory;
  /** Of a run without an outcome, the directory that it works in, as `workspace.opened` has it. */
  readonly workspace: string | undefined;
  /** Of the last entry. */
  readonly lastSeq: number;
}

/** `ended`: it did not complete. */
export type ComponentState = "started" | "parked" | "completed" | "ended" | "skipped";

/** Folds the events of a journal, one after the other. */
export interface HistoryFold {
  readonly history: RunHistory;
  add(event: RecordedEvent): void;
  /** Gives reused nodes their small contents, which are in the journals of the runs that executed them. */
  fill(contents: OriginContents): Promise<void>;
}

export function foldHistory(): HistoryFold {
  const nodes = new Map<NodePath, NodeHistory>();
  const components = new Map<NodePath, ComponentState>();
  const requests = foldRequests();
  const done = new Map<NodePath, Map<string, StepHistory>>();
  const messages = new Set<string>();
  const ended = new Set<NodePath>();
  const handled = new Map<NodePath, FailureHandling>();
  const steps: OutcomeStep[] = [];
  const outcome = { start: undefined, tree: undefined, steps };
  const nothing = { definition: undefined, inputs: undefined, rerun: undefined, revision: undefined, outcome, workspace: undefined, lastSeq: 0 };
  const history: Open<RunHistory> = {
    ...nothing,
    inputFiles: [],
    nodes,
    ended,
    handled,
    components,
    requests: requests.requests,
    steps: done,
    messages,
  };
  return {
    history,
    add(event) {
      const node = nodeAfter(event, nodes);
      addFact(history, event);
      steps.push(...stepsIn(event));
      if (node) {
        nodes.set(node.path, node);
        // At its end again, where it is that of a later attempt.
        ended.delete(node.path);
        if (node.state === "started") handled.delete(node.path);
        else if (node.state !== "parked") ended.add(node.path);
      } else if (event.type === "failure.handled") handled.set(event.path, event.by);
      else if (event.type === "step.completed") done.set(event.path, withStep(done.get(event.path), event));
      else if (event.type === "custom.emitted") {
        if (event.message !== undefined) messages.add(event.message);
      } else if (isOfComponent(event)) components.set(event.path, COMPONENT_STATES[event.type]);
      requests.add(event);
    },
    async fill(contents) {
      for (const node of nodes.values()) {
        const artifacts = node.origin && (await contents.of(node.origin, node.artifacts));
        if (artifacts) nodes.set(node.path, { ...node, artifacts });
      }
    },
  };
}

const COMPONENT_STATES = {
  "component.started": "started",
  "component.parked": "parked",
  "component.completed": "completed",
  "component.failed": "ended",
  "component.cancelled": "ended",
  "component.skipped": "skipped",
} as const satisfies { readonly [Type in RecordedEvent["type"]]?: ComponentState };

type ComponentEvent = Extract<RecordedEvent, { readonly type: keyof typeof COMPONENT_STATES }>;

function isOfComponent(event: RecordedEvent): event is ComponentEvent {
  return Object.hasOwn(COMPONENT_STATES, event.type);
}

function withStep(steps: Map<string, StepHistory> = new Map(), { name, given, result }: EventOf<"step.completed">): Map<string, StepHistory> {
  return steps.set(name, { given, result });
}

type Open<History> = { -readonly [Fact in keyof History]: History[Fact] };

function stepsIn(event: RecordedEvent): OutcomeStep[] {
  if (event.type !== "node.completed" && event.type !== "node.failed" && event.type !== "node.parked") return [];
  return event.outcome ? [{ path: event.path, outcome: event.outcome }] : [];
}

/** What is known of the run as a whole. */
function addFact(history: Open<RunHistory>, event: RecordedEvent): void {
  const { outcome } = history;
  history.lastSeq = event.seq;
  if (event.type === "run.started") {
    history.inputs = event.inputs;
    history.inputFiles = event.inputFiles ?? [];
    history.rerun = event.rerun;
    history.revision = event.revision;
    history.outcome = { ...outcome, tree: event.rerun?.start?.tree };
  } else if (event.type === "inputs.registered") history.inputs = event.artifact;
  else if (event.type === "outcome.opened") history.outcome = { ...outcome, start: event.outcome, tree: outcome.tree ?? event.outcome.tree };
  else if (event.type === "workspace.opened") history.workspace = event.directory;
  else if (event.type === "component.started") history.definition = event.definition ?? history.definition;
}

/** How the node of an event stands after it; `undefined` for an event of no node. */
function nodeAfter(event: RecordedEvent, nodes: ReadonlyMap<NodePath, NodeHistory>): NodeHistory | undefined {
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
        ...madeOf(event, nodes.get(event.path)),
      };
    case "node.rested":
      return restedAfter(event, nodes.get(event.path));
    default:
      return undefined;
  }
}

type NodeEnd = EventOf<"node.completed"> | EventOf<"node.failed"> | EventOf<"node.parked"> | EventOf<"node.cancelled">;

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

/** What is recorded of a run. @throws `RUN_UNKNOWN`, `RUN_ID_INVALID`, `JOURNAL_DAMAGED`. */
export async function readHistory(
  journals: JournalStore,
  runId: string,
  { signal, through, until = Number.POSITIVE_INFINITY, onEvent }: ReadHistoryOptions = {},
): Promise<RunHistory> {
  const fold = foldHistory();
  const id = checkedRunId(runId);
  const options = signal ? { signal } : {};
  for await (const event of journals.read(id, { ...options, ...(through === undefined ? {} : { through }) })) {
    if (event.seq > until) break;
    fold.add(event);
    onEvent?.(event);
  }
  // What another run retains of it, that one retains of its origins, too.
  await fold.fill(contentsOfOrigins(journals, through ?? id, options));
  return fold.history;
}

export interface ReadHistoryOptions {
  readonly signal?: AbortSignal;
  /** Reads what this run retains of the other: see `JournalStore.retain`. */
  readonly through?: RunId;
  /** The last entry that is read. Default: all are. */
  readonly until?: number | undefined;
  /** Is told of all that is read. */
  readonly onEvent?: (event: RecordedEvent) => void;
}

/** The value that a completed node gave. @throws `ARTIFACT_MISSING`, `ARTIFACT_DAMAGED`, `ARTIFACT_INVALID`. */
export async function readOutcome(artifacts: ArtifactStore, { path, artifacts: entries }: NodeHistory): Promise<Json> {
  const outcome = entries.find(({ name }) => name === "outcome");
  if (outcome === undefined) throw new TypeError(`node ${path} completed without an outcome: its journal is of another version`);
  const text = await readText(artifacts, outcome);
  try {
    return decodeValue(text, outcome.mediaType);
  } catch (cause) {
    throw new ArtifactInvalidError(outcome.digest, `the ${outcome.mediaType} that was expected`, cause);
  }
}
