import type { RecordedEvent, RunId } from "@dad/protocol";
import { type Fact, factOf, type Head, sealEntry } from "./entry.ts";
import { JournalClosedError } from "./errors.ts";
import { type GroupCommit, groupCommit, type LineSink } from "./group-commit.ts";
import type { Journal } from "./journal-store.ts";

/** Where the lines of a journal go. */
export interface JournalSink extends LineSink {
  /** Rejects with `RUN_TAKEN_OVER` once somebody else has taken the run over. */
  assertOwned(): Promise<void>;
  close(): Promise<void>;
}

export interface JournalWriterOptions {
  readonly runId: RunId;
  readonly epoch: number;
  /** The last entry that is recorded. */
  readonly head: Head;
  readonly sink: JournalSink;
}

/** An append that waits for its place. */
interface Draft extends PromiseWithResolvers<RecordedEvent> {
  readonly fact: Fact;
  readonly signal: AbortSignal | undefined;
  readonly awaited: boolean;
}

/** Where a journal stands. */
interface State {
  /** The last entry that has its place. */
  head: Head;
  /** Set when it takes no more; with a cause when a write failed. */
  closed: { readonly cause?: unknown } | undefined;
}

/** The write end of a journal over any sink. */
export function journalWriter({ runId, epoch, head, sink }: JournalWriterOptions): Journal {
  const state: State = { head, closed: undefined };
  const lines = groupCommit(sink, (cause) => (state.closed = { cause }));
  const places = inTurns<Draft>((drafts) => {
    for (const draft of drafts.filter(isWanted)) placeOne(draft, { state, epoch, lines });
  });
  let disposing: Promise<void> | undefined;

  async function dispose(): Promise<void> {
    state.closed ??= {};
    await places.empty();
    try {
      await lines.empty();
    } finally {
      await sink.close();
    }
  }

  return {
    runId,
    epoch,
    async append(draft, { signal, wait = "durable" } = {}) {
      const fact = factOf(runId, draft);
      signal?.throwIfAborted();
      if (state.closed) throw new JournalClosedError(runId, state.closed);
      const pending = { fact, signal, awaited: wait === "durable", ...Promise.withResolvers<RecordedEvent>() };
      places.add(pending);
      return pending.promise;
    },
    assertOwned: () => sink.assertOwned(),
    [Symbol.asyncDispose]: () => (disposing ??= dispose()),
  };
}

interface Placing {
  readonly state: State;
  readonly epoch: number;
  readonly lines: GroupCommit;
}

/** Gives an entry its place, and its line to the disk. */
function placeOne(draft: Draft, { state, epoch, lines }: Placing): void {
  if (state.closed && "cause" in state.closed) return draft.reject(state.closed.cause);
  const { event, line, head } = sealEntry(draft.fact, epoch, state.head);
  state.head = head;
  const written = lines.add(line, { awaited: draft.awaited });
  if (draft.awaited) void written.then(() => draft.resolve(event), draft.reject);
  else draft.resolve(event);
}

/** Works on what is added in the same turn together, when the turn is over. */
function inTurns<T>(work: (items: readonly T[]) => void) {
  let waiting: T[] = [];
  let turn: Promise<void> | undefined;
  function workOnAll(): void {
    const items = waiting;
    [waiting, turn] = [[], undefined];
    work(items);
  }
  return {
    add(item: T): void {
      waiting.push(item);
      turn ??= Promise.resolve().then(workOnAll);
    },
    empty: async () => turn,
  };
}

/** An append that was aborted before it got its place is not recorded. One that has its place is. */
function isWanted({ signal, reject }: Draft): boolean {
  if (signal?.aborted) reject(signal.reason);
  return !signal?.aborted;
}
