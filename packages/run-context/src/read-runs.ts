import { join } from "node:path";
import { type JournalStore, type RunListing, RunUnknownError } from "@dad/journal";
import { DadError, type RunDetails, type RunId, type RunListEntry } from "@dad/protocol";
import type { IndexedRun, RunIndex } from "@dad/run-index";
import { type ExpendableIndex, expendableIndex } from "./expendable-index.ts";
import { inParallel } from "./in-parallel.ts";
import { checkedRunId } from "./run-env.ts";
import { readHistory, type RunHistory } from "./run-history.ts";
import { detailsOf, emptyProjection, project } from "./run-projection.ts";

export interface ReadRunOptions {
  readonly runRoot: string;
  readonly signal?: AbortSignal;
}

/** One run as its journal tells it. @throws `RUN_UNKNOWN`, `RUN_ID_INVALID`, `JOURNAL_DAMAGED`. */
export async function readRun(journals: JournalStore, runId: string, { runRoot, signal }: ReadRunOptions): Promise<RunDetails> {
  const id = checkedRunId(runId);
  // Asked before reading: a run that ends in between has its end in what is read.
  const abort = abortOf({ signal });
  const live = (await journals.owner(id, abort)) !== undefined;
  let run = emptyProjection();
  for await (const event of journals.read(id, abort)) run = project(run, event);
  if (!run.started) throw new RunUnknownError(runId, runRoot);
  return detailsOf(run, { runDir: join(runRoot, id), live });
}

/** The same, and its history, read once. */
export async function readRunWithHistory(journals: JournalStore, runId: string, options: ReadRunOptions): Promise<RunWithHistory> {
  const id = checkedRunId(runId);
  const abort = abortOf(options);
  const live = (await journals.owner(id, abort)) !== undefined;
  let run = emptyProjection();
  const history = await readHistory(journals, id, { ...abort, onEvent: (event) => void (run = project(run, event)) });
  if (!run.started) throw new RunUnknownError(runId, options.runRoot);
  return { details: detailsOf(run, { runDir: join(options.runRoot, id), live }), history };
}

export interface RunWithHistory {
  readonly details: RunDetails;
  readonly history: RunHistory;
}

export interface ListRunsOptions extends ReadRunOptions {
  /** What is known from earlier listings: only journals that have changed since are read. The list is the same without it. */
  readonly index?: RunIndex | undefined;
}

/** A run that cannot be read, and why. */
export interface UnreadableRun {
  readonly runId: RunId;
  readonly error: unknown;
}

export interface RunList {
  /** Newest first. */
  readonly runs: readonly RunListEntry[];
  readonly unreadable: readonly UnreadableRun[];
  /** Why the index could not be used, or not be brought up to date. The list is whole all the same; it took more time, or the next one will. */
  readonly indexError?: unknown;
}

/** How many journals are read, and owners asked for, at a time. */
const WIDTH = 16;

/** How many runs are put into the index at a time. A listing that is stopped has kept those. */
const BATCH = 500;

/** All runs. One that cannot be read hides no other. */
export async function listRuns(journals: JournalStore, options: ListRunsOptions): Promise<RunList> {
  const index = expendableIndex(options.index, options.signal);
  // Before the journals are listed: one that has ended by then has another version.
  const known = await knownRuns(index, journals, options);
  const runs: RunListEntry[] = [];
  const changed: RunListing[] = [];
  for await (const listing of journals.list(abortOf(options))) {
    const run = known.get(listing.runId);
    known.delete(listing.runId);
    if (run?.version === listing.version) runs.push(run.entry);
    else changed.push(listing);
  }
  const unreadable: UnreadableRun[] = [];
  for (let at = 0; at < changed.length; at += BATCH) {
    const found = await inParallel(WIDTH, changed.slice(at, at + BATCH), (listing) => readListed(journals, listing, options));
    const readable = found.filter((run) => "entry" in run);
    runs.push(...readable.map(({ entry }) => entry));
    // A directory in which nothing happened, or not yet, is no run.
    unreadable.push(...found.filter((run) => "error" in run).filter(({ error }) => !DadError.is(error, "RUN_UNKNOWN")));
    if (readable.length > 0) await index.put(readable.map(asRecorded));
  }
  // What was not listed is gone.
  if (known.size > 0) await index.remove([...known.keys()]);
  return { runs: runs.sort(newestFirst), unreadable, ...index.failure() };
}

/** What the index knows, with the status that each run has at this moment. */
async function knownRuns(index: ExpendableIndex, journals: JournalStore, options: ReadRunOptions): Promise<Map<RunId, IndexedRun>> {
  const known = new Map<RunId, IndexedRun>();
  for (const run of await index.all()) known.set(run.entry.runId, run);
  const open = [...known.values()].filter(({ entry }) => entry.endedAt === null);
  await inParallel(WIDTH, open, async ({ version, entry }) => {
    try {
      const owner = await journals.owner(entry.runId, abortOf(options));
      if (owner) known.set(entry.runId, { version, entry: { ...entry, status: "running" } });
    } catch {
      options.signal?.throwIfAborted();
      // It is read like one that is not known, and what is wrong with it is told there.
      known.delete(entry.runId);
    }
  });
  return known;
}

/** What the journal says without its owner: a run that has not ended is interrupted. */
function asRecorded({ version, entry }: IndexedRun): IndexedRun {
  return { version, entry: entry.endedAt === null && entry.status !== "waiting" ? { ...entry, status: "interrupted" } : entry };
}

async function readListed(journals: JournalStore, { runId, version }: RunListing, options: ReadRunOptions): Promise<IndexedRun | UnreadableRun> {
  try {
    return { version, entry: listEntryOf(await readRun(journals, runId, options)) };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { runId, error };
  }
}

function listEntryOf({ runId, status, rootComponentId, startedAt, endedAt, rerun }: RunDetails): RunListEntry {
  return { runId, status, rootComponentId, startedAt, endedAt, ...(rerun ? { rerun } : {}) };
}

/** Both are text of which the order of the characters is the order that is meant. */
function newestFirst(left: RunListEntry, right: RunListEntry): number {
  if (left.startedAt !== right.startedAt) return left.startedAt < right.startedAt ? 1 : -1;
  return left.runId < right.runId ? 1 : -1;
}

function abortOf({ signal }: { readonly signal?: AbortSignal | undefined }): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}
