import { join } from "node:path";
import { type JournalStore, RunUnknownError } from "@dad/journal";
import { type RunDetails, RunId, type RunListEntry } from "@dad/protocol";
import { RunIdError } from "./errors.ts";
import { detailsOf, emptyProjection, project } from "./run-projection.ts";

export interface ReadRunOptions {
  readonly runRoot: string;
  readonly signal?: AbortSignal;
}

/** One run as its journal tells it. @throws `RUN_UNKNOWN`, `RUN_ID_INVALID`, `JOURNAL_DAMAGED`. */
export async function readRun(journals: JournalStore, runId: string, { runRoot, signal }: ReadRunOptions): Promise<RunDetails> {
  const parsed = RunId.safeParse(runId);
  if (!parsed.success) throw new RunIdError("run id", runId, parsed.error.issues[0]?.message);
  // Asked before reading: a run that ends in between has its end in what is read.
  const abort = signal ? { signal } : {};
  const live = (await journals.owner(parsed.data, abort)) !== undefined;
  let run = emptyProjection();
  for await (const event of journals.read(parsed.data, abort)) run = project(run, event);
  if (!run.started) throw new RunUnknownError(runId, runRoot);
  return detailsOf(run, { runDir: join(runRoot, parsed.data), live });
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
}

/** All runs. One that cannot be read hides no other. */
export async function listRuns(journals: JournalStore, options: ReadRunOptions): Promise<RunList> {
  const runs: RunListEntry[] = [];
  const unreadable: UnreadableRun[] = [];
  for await (const runId of journals.list(options.signal ? { signal: options.signal } : {})) {
    try {
      runs.push(listEntryOf(await readRun(journals, runId, options)));
    } catch (error) {
      options.signal?.throwIfAborted();
      unreadable.push({ runId, error });
    }
  }
  return { runs: runs.sort(newestFirst), unreadable };
}

function listEntryOf({ runId, status, rootComponentId, startedAt, endedAt, rerun }: RunDetails): RunListEntry {
  return { runId, status, rootComponentId, startedAt, endedAt, ...(rerun ? { rerun } : {}) };
}

function newestFirst(left: RunListEntry, right: RunListEntry): number {
  return right.startedAt.localeCompare(left.startedAt) || right.runId.localeCompare(left.runId);
}
