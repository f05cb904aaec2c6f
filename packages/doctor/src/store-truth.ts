import type { JournalOwner, JournalStore } from "@dad/journal";
import {
  type ArtifactEntry,
  type LargeFile,
  type NodeOrigin,
  type NodePath,
  type OutcomeRef,
  type RecordedEvent,
  type RunDetails,
  type RunId,
} from "@dad/protocol";
import { detailsOf, emptyProjection, project } from "@dad/run-context";

/**
 * How a run stands. `live`: somebody works on it. `waiting`: nobody does, before somebody answers. `unmade`: nothing happened in it, whoever made it died. `unreadable`: its
 * journal is damaged, or cannot be read.
 */
export type RunState = "live" | "waiting" | "interrupted" | "ended" | "unmade" | "unreadable";

/** What is known of a run, and all that it says of itself. */
export interface RunStanding {
  readonly runId: RunId;
  readonly state: RunState;
  readonly owner: JournalOwner | undefined;
  /** Absent for a run that has not started. */
  readonly details: RunDetails | undefined;
  /** The last commit of the run that is recorded, also of one node. */
  readonly outcome: OutcomeRef | undefined;
}

/** What the journals of a store say. */
export interface StoreTruth {
  /** Every run that has a journal. */
  readonly runs: ReadonlyMap<RunId, RunStanding>;
}

/** Content, and the entry that names it. */
export interface ArtifactReference {
  readonly entry: ArtifactEntry;
  readonly node: NodePath | undefined;
  readonly seq: number;
  /** Of a reused node: where it was executed. */
  readonly origin?: NodeOrigin | undefined;
}

/** A file that a commit has only a pointer to, and where that is recorded first. */
export interface LargeFileReference {
  readonly file: LargeFile;
  readonly commit: string;
  readonly seq: number;
}

export interface RunReading {
  readonly standing: RunStanding;
  readonly references: readonly ArtifactReference[];
  /** Each content of each path once, in however many commits it is. */
  readonly largeFiles: readonly LargeFileReference[];
  /** Of the last entry. */
  readonly lastSeq: number;
  /** Why no more of it could be read. */
  readonly failure: { readonly cause: unknown } | undefined;
}

/** Told of every event of a journal that is read. */
export type Listener = (event: RecordedEvent) => void;

export interface ReadingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: Listener;
}

/** Reads as much of a run as can be read. Rejects when the signal is aborted, and for nothing else. */
export async function readStanding(journals: JournalStore, runId: RunId, { signal, onEvent }: ReadingOptions = {}): Promise<RunReading> {
  const abort = signal ? { signal } : {};
  const fold = foldRun(runId);
  let owner: JournalOwner | undefined;
  try {
    // Asked before reading: a run that ends in between has its end in what is read.
    owner = await journals.owner(runId, abort);
    for await (const event of journals.read(runId, abort)) {
      fold.add(event);
      onEvent?.(event);
    }
    return fold.reading(owner, undefined);
  } catch (cause) {
    signal?.throwIfAborted();
    return fold.reading(owner, { cause });
  }
}

interface RunFold {
  add(event: RecordedEvent): void;
  reading(owner: JournalOwner | undefined, failure: RunReading["failure"]): RunReading;
}

function foldRun(runId: RunId): RunFold {
  let projection = emptyProjection();
  let lastSeq = 0;
  let outcome: OutcomeRef | undefined;
  const references: ArtifactReference[] = [];
  const large = new Map<string, LargeFileReference>();
  return {
    add(event) {
      projection = project(projection, event);
      lastSeq = event.seq;
      if (event.type === "outcome.committed") ({ outcome } = event);
      references.push(...referencesIn(event));
      for (const found of largeFilesIn(event)) {
        const key = `${found.file.digest} ${found.file.path}`;
        if (!large.has(key)) large.set(key, found);
      }
    },
    reading(owner, failure) {
      const details = projection.started && detailsOf(projection, { runDir: runId, live: true });
      const standing = { runId, owner, details, outcome };
      const state = stateOf(standing, failure !== undefined);
      return { standing: { ...standing, state }, references, largeFiles: [...large.values()], lastSeq, failure };
    },
  };
}

function stateOf({ owner, details }: Omit<RunStanding, "state">, failed: boolean): RunState {
  if (owner) return "live";
  if (failed) return "unreadable";
  if (details === undefined) return "unmade";
  if (details.status === "waiting") return "waiting";
  return details.endedAt === null ? "interrupted" : "ended";
}

function referencesIn(event: RecordedEvent): ArtifactReference[] {
  switch (event.type) {
    case "run.started":
      return [...(event.inputs ? [event.inputs] : []), ...(event.inputFiles ?? [])].map((entry) => ({ entry, node: undefined, seq: event.seq }));
    case "inputs.registered":
      return [{ entry: event.artifact, node: undefined, seq: event.seq }];
    case "node.completed":
    case "node.failed":
      return event.artifacts.map((entry) => ({ entry, node: event.path, seq: event.seq, origin: event.origin }));
    case "node.parked":
    case "node.cancelled":
      return event.artifacts.map((entry) => ({ entry, node: event.path, seq: event.seq }));
    case "step.completed":
      return [{ entry: event.result, node: event.path, seq: event.seq }];
    default:
      return [];
  }
}

function largeFilesIn(event: RecordedEvent): LargeFileReference[] {
  switch (event.type) {
    case "outcome.opened":
    case "outcome.committed":
    case "node.completed":
    case "node.failed": {
      const { commit, large = [] } = event.outcome ?? { commit: "" };
      return large.map((file) => ({ file, commit, seq: event.seq }));
    }
    default:
      return [];
  }
}
