import { ArtifactInvalidError, readText } from "@dad/artifacts";
import type { ArtifactStore } from "@dad/artifacts";
import type { JournalStore } from "@dad/journal";
import {
  type ArtifactEntry,
  type Digest,
  type ErrorEnvelope,
  type EventOf,
  type FailureHandling,
  type Json,
  type NodeEffect,
  type NodePath,
  type RecordedEvent,
} from "@dad/protocol";
import { decodeValue } from "./artifact-format.ts";
import { checkedRunId } from "./run-env.ts";

/** How the last attempt of a node stands, as the journal tells it. */
export interface NodeHistory {
  readonly path: NodePath;
  /** Of the last attempt. */
  readonly attempt: number;
  /** `started`: nobody recorded how it ended. */
  readonly state: "started" | "completed" | "failed" | "cancelled";
  readonly effect: NodeEffect | undefined;
  readonly artifacts: readonly ArtifactEntry[];
  readonly error: ErrorEnvelope | undefined;
  /** What comes after it had gone on, after it rested. */
  readonly rested?: true;
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
  readonly components: ReadonlyMap<NodePath, "started" | "completed" | "ended">;
  /** The static inputs that were registered last. */
  readonly inputs: ArtifactEntry | undefined;
}

/** Folds the events of a journal, one after the other. */
export interface HistoryFold {
  readonly history: RunHistory;
  add(event: RecordedEvent): void;
}

export function foldHistory(): HistoryFold {
  const nodes = new Map<NodePath, NodeHistory>();
  const components = new Map<NodePath, "started" | "completed" | "ended">();
  const ended = new Set<NodePath>();
  const handled = new Map<NodePath, FailureHandling>();
  const facts: { definition?: Digest | undefined; inputs?: ArtifactEntry | undefined } = {};
  return {
    history: {
      get definition() {
        return facts.definition;
      },
      get inputs() {
        return facts.inputs;
      },
      nodes,
      ended,
      handled,
      components,
    },
    add(event) {
      const node = nodeAfter(event, nodes);
      if (node) {
        nodes.set(node.path, node);
        // At its end again, where it is that of a later attempt.
        ended.delete(node.path);
        if (node.state === "started") handled.delete(node.path);
        else ended.add(node.path);
      } else if (event.type === "failure.handled") handled.set(event.path, event.by);
      else if (event.type === "run.started") facts.inputs = event.inputs;
      else if (event.type === "inputs.registered") facts.inputs = event.artifact;
      else if (event.type === "component.started") {
        components.set(event.path, "started");
        facts.definition = event.definition ?? facts.definition;
      } else if (event.type === "component.completed") components.set(event.path, "completed");
      else if (event.type === "component.failed" || event.type === "component.cancelled") components.set(event.path, "ended");
    },
  };
}

/** How the node of an event stands after it; `undefined` for an event of no node. */
function nodeAfter(event: RecordedEvent, nodes: ReadonlyMap<NodePath, NodeHistory>): NodeHistory | undefined {
  switch (event.type) {
    case "node.started":
      return { path: event.path, attempt: event.attempt, state: "started", effect: event.effect, artifacts: [], error: undefined };
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
      return {
        path: event.path,
        attempt: event.attempt,
        state: STATES[event.type],
        effect: nodes.get(event.path)?.effect,
        artifacts: event.artifacts,
        error: event.type === "node.completed" ? undefined : event.error,
      };
    case "node.rested":
      return restedAfter(event, nodes.get(event.path));
    default:
      return undefined;
  }
}

function restedAfter({ attempt }: EventOf<"node.rested">, before: NodeHistory | undefined): NodeHistory | undefined {
  return before?.attempt === attempt ? { ...before, rested: true } : undefined;
}

const STATES = { "node.completed": "completed", "node.failed": "failed", "node.cancelled": "cancelled" } as const;

/** What is recorded of a run. @throws `RUN_UNKNOWN`, `RUN_ID_INVALID`, `JOURNAL_DAMAGED`. */
export async function readHistory(journals: JournalStore, runId: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<RunHistory> {
  const fold = foldHistory();
  for await (const event of journals.read(checkedRunId(runId), signal ? { signal } : {})) fold.add(event);
  return fold.history;
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
