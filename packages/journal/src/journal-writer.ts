import type { EventDraft, RecordedEvent, RunId } from "@dad/protocol";
import { type Fact, factOf, type Head, type SealedEntry, sealEntry } from "./entry.ts";
import { JournalClosedError } from "./errors.ts";
import type { Journal } from "./journal-store.ts";

/** Where the lines of a journal go. */
export interface JournalSink {
  /** Resolves once all the lines are as durable as they get. A rejection ends the journal. */
  write(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface JournalWriterOptions {
  readonly runId: RunId;
  readonly epoch: number;
  /** The last entry that is recorded. */
  readonly head: Head;
  readonly sink: JournalSink;
}

interface Pending extends PromiseWithResolvers<RecordedEvent> {
  readonly fact: Fact;
  readonly signal: AbortSignal | undefined;
}

/**
 * The write end of a journal over any sink. What is appended while a write is going on is written
 * together in the next one.
 */
export function journalWriter({ runId, epoch, head: start, sink }: JournalWriterOptions): Journal {
  let head = start;
  let closed: { readonly cause?: unknown } | undefined;
  let disposing: Promise<void> | undefined;
  const queue = groupCommit(async (batch) => {
    try {
      if (closed && "cause" in closed) throw closed.cause;
      const entries = sealAll(batch, epoch, head);
      await sink.write(entries.map(({ line }) => line));
      head = entries.at(-1)?.head ?? head;
      for (const [index, pending] of batch.entries()) pending.resolve(entries[index]!.event);
    } catch (cause) {
      closed = { cause };
      for (const pending of batch) pending.reject(cause);
    }
  });

  async function dispose(): Promise<void> {
    closed ??= {};
    await queue.empty();
    await sink.close();
  }

  return {
    runId,
    epoch,
    async append(draft: EventDraft, { signal } = {}) {
      const fact = factOf(runId, draft);
      signal?.throwIfAborted();
      if (closed) throw new JournalClosedError(runId, closed);
      return queue.add({ fact, signal, ...Promise.withResolvers<RecordedEvent>() });
    },
    [Symbol.asyncDispose]: () => (disposing ??= dispose()),
  };
}

/** Commits what comes in while a commit is going on together in the next one. */
function groupCommit(commit: (batch: readonly Pending[]) => Promise<void>) {
  let waiting: Pending[] = [];
  let committing: Promise<void> | undefined;

  async function commitAll(): Promise<void> {
    // What is appended in the same turn belongs together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.filter(isWanted);
      waiting = [];
      if (batch.length > 0) await commit(batch);
    }
    committing = undefined;
  }

  return {
    add(pending: Pending): Promise<RecordedEvent> {
      waiting.push(pending);
      committing ??= commitAll();
      return pending.promise;
    },
    empty: async () => committing,
  };
}

/** An append that was aborted before it got its place is not recorded. One that has its place is. */
function isWanted({ signal, reject }: Pending): boolean {
  if (signal?.aborted) reject(signal.reason);
  return !signal?.aborted;
}

function sealAll(batch: readonly Pending[], epoch: number, head: Head): SealedEntry[] {
  const entries: SealedEntry[] = [];
  for (const { fact } of batch) entries.push(sealEntry(fact, epoch, entries.at(-1)?.head ?? head));
  return entries;
}
