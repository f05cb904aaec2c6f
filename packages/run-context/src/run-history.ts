import { ArtifactInvalidError, readText } from "@dad/artifacts";
import type { ArtifactStore } from "@dad/artifacts";
import type { JournalStore } from "@dad/journal";
import {
  type ArtifactEntry,
  type BudgetLimits,
  type Digest,
  type FailureHandling,
  type InputId,
  type Json,
  type NodePath,
  type OutcomeRef,
  type RecordedEvent,
  type RerunOf,
  type RunId,
  type Traceparent,
} from "@dad/protocol";
import { decodeValue } from "./artifact-format.ts";
import { type ComponentState, foldComponents } from "./component-history.ts";
import { foldMessages } from "./message-history.ts";
import { type NodeHistory, nodeAfter } from "./node-history.ts";
import { contentsOfOrigins, type OriginContents } from "./origin-contents.ts";
import { foldRequests, type RequestHistory } from "./request-history.ts";
import { checkedRunId } from "./run-env.ts";
import { foldSpending, type SpendingHistory } from "./spending-history.ts";
import { foldSteps, type StepHistory } from "./step-history.ts";
import { traceparentOf } from "./telemetry/traceparent-of.ts";

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
  /** The most that it may use. */
  readonly budget: BudgetLimits | undefined;
  /** What was used. */
  readonly spent: SpendingHistory;
  /** The ids of the messages that were taken from outside. */
  readonly messages: ReadonlySet<string>;
  /** The ids of the answers from outside that were not taken. */
  readonly refused: ReadonlyMap<InputId, ReadonlySet<string>>;
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
  /** The last span of the run, where somebody traced it. */
  readonly traceparent: Traceparent | undefined;
  /** Of the last entry. */
  readonly lastSeq: number;
}

/** Folds the events of a journal, one after the other. */
export interface HistoryFold {
  readonly history: RunHistory;
  add(event: RecordedEvent): void;
  /** Gives reused nodes their small contents, which are in the journals of the runs that executed them. */
  fill(contents: OriginContents): Promise<void>;
}

export function foldHistory(): HistoryFold {
  const nodes = new Map<NodePath, NodeHistory>();
  const others = othersFolded();
  const ended = new Set<NodePath>();
  const handled = new Map<NodePath, FailureHandling>();
  const steps: OutcomeStep[] = [];
  const history: Open<RunHistory> = {
    ...NOTHING_KNOWN,
    outcome: { start: undefined, tree: undefined, steps },
    nodes,
    ended,
    handled,
    ...others.history,
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
      for (const fold of others.folds) fold.add(event);
    },
    async fill(contents) {
      for (const node of nodes.values()) {
        const artifacts = node.origin && (await contents.of(node.origin, node.artifacts));
        if (artifacts) nodes.set(node.path, { ...node, artifacts });
      }
    },
  };
}

/** What is folded by itself. */
function othersFolded() {
  const [components, requests, steps, messages, spent] = [foldComponents(), foldRequests(), foldSteps(), foldMessages(), foldSpending()];
  return {
    folds: [components, requests, steps, messages, spent],
    history: {
      components: components.states,
      requests: requests.requests,
      steps: steps.steps,
      messages: messages.ids,
      refused: messages.refused,
      spent,
    },
  };
}

const NOTHING_KNOWN = {
  definition: undefined,
  budget: undefined,
  inputs: undefined,
  inputFiles: [],
  rerun: undefined,
  revision: undefined,
  workspace: undefined,
  traceparent: undefined,
  lastSeq: 0,
};

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
    history.budget = event.budget;
    history.outcome = { ...outcome, tree: event.rerun?.start?.tree };
  } else if (event.type === "run.resumed") history.budget = event.budget ?? history.budget;
  else if (event.type === "inputs.registered") history.inputs = event.artifact;
  else if (event.type === "outcome.opened") history.outcome = { ...outcome, start: event.outcome, tree: outcome.tree ?? event.outcome.tree };
  else if (event.type === "workspace.opened") history.workspace = event.directory;
  else if (event.type === "trace.updated") history.traceparent = traceparentOf(event);
  else if (event.type === "component.started") history.definition = event.definition ?? history.definition;
}

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
