import type { RecordedEvent, RunId } from "@dad/protocol";
import { type Fact, factOf, type Head, sealEntry } from "./entry.ts";
import { JournalClosedError } from "./errors.ts";
import { groupCommit, type LineSink } from "./group-commit.ts";
import type { Journal } from "./journal-store.ts";

/** Where the lines of a journal go. */
export interface JournalSink extends LineSink {
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
  readonly durable: boolean;
}

/** The write end of a journal over any sink. */
export function journalWriter({ runId, epoch, head: start, sink }: JournalWriterOptions): Journal {
  let head = start;
  let closed: { readonly cause?: unknown } | undefined;
  let disposing: Promise<void> | undefined;
  const lines = groupCommit(sink, (cause) => (closed = { cause }));
  const places = inTurns<Draft>((drafts) => {
    for (const draft of drafts.filter(isWanted)) {
      if (closed && "cause" in closed) draft.reject(closed.cause);
      else {
        const entry = sealEntry(draft.fact, epoch, head);
        head = entry.head;
        const written = lines.add(entry.line, { durable: draft.durable });
        if (draft.durable) void written.then(() => draft.resolve(entry.event), draft.reject);
        else draft.resolve(entry.event);
      }
    }
  });

  async function dispose(): Promise<void> {
    closed ??= {};
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
      if (closed) throw new JournalClosedError(runId, closed);
      const pending = { fact, signal, durable: wait === "durable", ...Promise.withResolvers<RecordedEvent>() };
      places.add(pending);
      return pending.promise;
    },
    [Symbol.asyncDispose]: () => (disposing ??= dispose()),
  };
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
