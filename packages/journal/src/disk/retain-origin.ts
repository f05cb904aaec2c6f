import { dirname } from "node:path";
import type { DiskFs } from "@dad/disk";
import type { Durability, RunId } from "@dad/protocol";
import { JournalStorageError, RunUnknownError } from "../errors.ts";
import type { RetainOptions } from "../journal-store.ts";
import { lastPlace } from "./journal-file.ts";
import { hasJournal, isRetained, journalPath, retainedPath } from "./run-directory.ts";
import type { RunRoot } from "./run-lease.ts";
import { ifFree, ifPresent, onDisk, sync, syncDirectory } from "./storage.ts";
import { appendPiece, putWhole } from "./whole-file.ts";

export interface Retaining extends RetainOptions {
  readonly runId: RunId;
  readonly origin: RunId;
}

/**
 * Gives the journal of a run a second name in the directory of another one, so that it outlives the first. Where the file
 * system refuses that, it is copied. Whatever a killed process had done of it is whole, and is not done again.
 *
 * Errors: `RUN_UNKNOWN`, `JOURNAL_STORAGE_FAILED`; `JOURNAL_DAMAGED` when it has to be copied.
 */
export async function retainOrigin(store: RunRoot & { readonly durability: Durability }, retaining: Retaining): Promise<void> {
  const { runId, origin, signal } = retaining;
  signal?.throwIfAborted();
  if (!(await hasJournal(store, runId))) throw new RunUnknownError(runId, store.root);
  const place = retainedPath(store, runId, origin);
  if (!(await isRetained(store, runId, origin))) {
    await takeFirst(store, place, retaining);
    if (!(await isRetained(store, runId, origin))) throw new JournalStorageError("retain", place, new Error("something else is in its place"));
  }
  if (store.durability === "strict") await syncRetained(store.fs, place);
}

/** From the origin itself, if it is there. */
async function takeFirst(store: RunRoot, place: string, { origin, via, signal }: Retaining): Promise<void> {
  const sources: string[] = [];
  if (await hasJournal(store, origin)) sources.push(journalPath(store, origin));
  if (via !== undefined && (await isRetained(store, via, origin))) sources.push(retainedPath(store, via, origin));
  for (const source of sources) {
    signal?.throwIfAborted();
    await ifFree("make", dirname(place), store.fs.mkdir(dirname(place)));
    if (await take(store.fs, { source, place, runId: origin, signal })) return;
  }
  throw new RunUnknownError(origin, store.root);
}

interface Taking {
  readonly source: string;
  readonly place: string;
  /** Whose journal it is. */
  readonly runId: RunId;
  readonly signal: AbortSignal | undefined;
}

/** False when the source has gone meanwhile. */
async function take(fs: DiskFs, taking: Taking): Promise<boolean> {
  const { source, place } = taking;
  const linked = await ifPresent("link", place, linkOf(fs, source, place));
  if (linked === undefined) return false;
  return linked || (await copy(fs, taking));
}

/** What a file system says that has no second names, or no more of them, or not for this file. */
const NO_LINK: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EXDEV", "EMLINK", "EOPNOTSUPP", "ENOSYS"]);

/** False when the file system refuses it. */
async function linkOf(fs: DiskFs, source: string, place: string): Promise<boolean> {
  try {
    await fs.link(source, place);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // Retained twice at the same time.
    if (code === "EEXIST") return true;
    if (NO_LINK.has(code)) return false;
    throw error;
  }
}

/** Its entries, and no torn end: that may be cut off and written over while it is copied. */
async function copy(fs: DiskFs, { source, place, runId, signal }: Taking): Promise<boolean> {
  const file = await ifPresent("open", source, fs.open(source, "r"));
  if (file === undefined) return false;
  try {
    const { end } = await lastPlace({ file, path: source, runId }, { signal });
    await putWhole(fs, place, { fill: (draft) => appendPiece({ file, path: source, from: 0, to: end }, draft) });
    return true;
  } finally {
    await file.close();
  }
}

/** Also what is in it: whoever wrote it may have promised less. */
async function syncRetained(fs: DiskFs, place: string): Promise<void> {
  const file = await onDisk("open", place, fs.open(place, "r"));
  try {
    await sync(file, place);
  } finally {
    await file.close();
  }
  const origins = dirname(place);
  await Promise.all([syncDirectory(fs, origins), syncDirectory(fs, dirname(origins))]);
}
