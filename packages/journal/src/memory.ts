/**
 * Keeps journals in this process. For tests and throw-away runs.
 *
 * @packageDocumentation
 */
import { hostname } from "node:os";
import type { RunId } from "@dad/protocol";
import { checkedRunId, type Head, headOfNothing, verifyLine } from "./entry.ts";
import { JournalDamagedError, RunExistsError, RunLockedError, RunUnknownError } from "./errors.ts";
import type { Journal, JournalOwner, JournalStore } from "./journal-store.ts";
import { journalWriter } from "./journal-writer.ts";

interface Run {
  readonly lines: string[];
  owner?: JournalOwner | undefined;
}

/** A {@link JournalStore} that lasts as long as this object. */
export function memoryJournalStore(): JournalStore {
  const runs = new Map<RunId, Run>();

  function known(runId: RunId): Run {
    const run = runs.get(checkedRunId(runId));
    if (run === undefined) throw new RunUnknownError(runId);
    return run;
  }

  return {
    capabilities: { durable: false, shared: false },

    async create(runId, { signal } = {}) {
      const owner = runs.get(checkedRunId(runId))?.owner;
      signal?.throwIfAborted();
      if (runs.has(runId)) throw new RunExistsError(runId, { owner });
      const run: Run = { lines: [] };
      runs.set(runId, run);
      return begin(runId, run, headOfNothing());
    },

    async open(runId, { signal } = {}) {
      signal?.throwIfAborted();
      const run = known(runId);
      if (run.owner) throw new RunLockedError(runId, run.owner);
      return begin(runId, run, [...verified(runId, run.lines)].at(-1)?.head ?? headOfNothing());
    },

    async *read(runId, { from = 1, signal } = {}) {
      for (const { event } of verified(runId, known(runId).lines)) {
        signal?.throwIfAborted();
        if (event.seq >= from) yield event;
      }
      signal?.throwIfAborted();
    },

    async owner(runId, { signal } = {}) {
      signal?.throwIfAborted();
      return runs.get(checkedRunId(runId))?.owner;
    },

    list: ({ signal } = {}) => listed(runs, signal),
  };
}

async function* listed(runs: ReadonlyMap<RunId, Run>, signal?: AbortSignal) {
  signal?.throwIfAborted();
  for (const runId of runs.keys()) {
    yield runId;
    signal?.throwIfAborted();
  }
}

function begin(runId: RunId, run: Run, head: Head): Journal {
  run.owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const sink = {
    async write(lines: readonly string[]) {
      run.lines.push(...lines);
    },
    async close() {
      run.owner = undefined;
    },
  };
  return journalWriter({ runId, epoch: head.epoch + 1, head, sink });
}

function* verified(runId: RunId, lines: readonly string[]) {
  let head = headOfNothing();
  for (const [index, line] of lines.entries()) {
    const verdict = verifyLine(line, runId, head);
    if ("reason" in verdict) throw new JournalDamagedError(runId, { line: index + 1, reason: verdict.reason });
    yield verdict;
    head = verdict.head;
  }
}
