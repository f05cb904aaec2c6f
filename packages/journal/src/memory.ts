/**
 * Keeps journals in this process. For tests and throw-away runs.
 *
 * @packageDocumentation
 */
import { EventEmitter, once } from "node:events";
import { hostname } from "node:os";
import type { RunId } from "@dad/protocol";
import { checkReading } from "./checked-reading.ts";
import { checkedRunId, type Head, headOfNothing, verifyLine } from "./entry.ts";
import { JournalDamagedError, RunExistsError, RunLockedError, RunTakenOverError, RunUnknownError } from "./errors.ts";
import type { Journal, JournalOwner, JournalStore, ReadOptions } from "./journal-store.ts";
import { journalWriter } from "./journal-writer.ts";

interface Run {
  readonly lines: string[];
  /** Tells those who follow the run that there are more lines. */
  readonly grown: EventEmitter;
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
    capabilities: { durability: "memory", shared: false },

    async create(runId, { signal } = {}) {
      const owner = runs.get(checkedRunId(runId))?.owner;
      signal?.throwIfAborted();
      if (runs.has(runId)) throw new RunExistsError(runId, { owner });
      // Any number may follow a run.
      const run: Run = { lines: [], grown: new EventEmitter().setMaxListeners(0) };
      runs.set(runId, run);
      return begin(runId, run, 0);
    },

    async open(runId, { signal, takeOver, replay } = {}) {
      signal?.throwIfAborted();
      const run = known(runId);
      if (run.owner && !takeOver) throw new RunLockedError(runId, run.owner);
      if (replay) for (const { event } of verified(runId, run.lines, headOfNothing())) replay(event);
      return begin(runId, run, run.owner?.epoch ?? 0);
    },

    read: (runId, options = {}) => readRun(runId, () => known(runId), options),

    async retain(runId, origin, { signal, via } = {}) {
      const asked = [runId, origin].map(checkedRunId);
      if (via !== undefined) checkedRunId(via);
      signal?.throwIfAborted();
      // No run ever goes from here: what is there stays readable.
      for (const id of asked) known(id);
    },

    async owner(runId, { signal } = {}) {
      signal?.throwIfAborted();
      return runs.get(checkedRunId(runId))?.owner;
    },

    list: ({ signal } = {}) => listed(runs, signal),
  };
}

async function* readRun(runId: RunId, find: () => Run, options: ReadOptions) {
  const { from = 1, follow = false, signal } = options;
  checkReading(runId, options);
  signal?.throwIfAborted();
  const { lines, grown } = find();
  for (let head = headOfNothing(); ;) {
    for (const { event, head: next } of verified(runId, lines, head)) {
      signal?.throwIfAborted();
      head = next;
      if (event.seq >= from) yield event;
    }
    signal?.throwIfAborted();
    if (!follow) return;
    // What was appended while the reader was at work has been told already.
    if (lines.length === head.seq) await grownBy(grown, signal);
  }
}

async function grownBy(grown: EventEmitter, signal: AbortSignal | undefined): Promise<void> {
  await once(grown, "lines", signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

async function* listed(runs: ReadonlyMap<RunId, Run>, signal?: AbortSignal) {
  signal?.throwIfAborted();
  for (const [runId, { lines }] of runs) {
    yield { runId, version: String(lines.length) };
    signal?.throwIfAborted();
  }
}

function begin(runId: RunId, run: Run, lastEpoch: number): Journal {
  const head = [...verified(runId, run.lines, headOfNothing())].at(-1)?.head ?? headOfNothing();
  const epoch = Math.max(head.epoch, lastEpoch) + 1;
  const owner: JournalOwner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), epoch };
  run.owner = owner;
  const assertOwned = async () => {
    if (run.owner !== owner) throw new RunTakenOverError(runId, run.owner);
  };
  const sink = {
    assertOwned,
    async write(lines: readonly string[]) {
      await assertOwned();
      // Not as arguments: there may be more of them than a call can have.
      for (const line of lines) run.lines.push(line);
      run.grown.emit("lines");
    },
    async close() {
      if (run.owner === owner) run.owner = undefined;
    },
  };
  return journalWriter({ runId, epoch, head, sink });
}

function* verified(runId: RunId, lines: readonly string[], from: Head) {
  let head = from;
  // By their index: more may come while they are given.
  for (let index = from.seq; index < lines.length; index++) {
    const verdict = verifyLine(lines[index]!, runId, head);
    if ("reason" in verdict) throw new JournalDamagedError(runId, { line: index + 1, reason: verdict.reason });
    yield verdict;
    head = verdict.head;
  }
}
