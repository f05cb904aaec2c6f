import { setTimeout as delay } from "node:timers/promises";
import type { DiskFile, DiskFs } from "@dad/disk";
import { JournalDamagedError, RunUnknownError } from "../errors.ts";
import { beginning, entriesOf, type FoundEntries, type JournalFile, type Place } from "./journal-file.ts";
import { ifPresent, onDisk } from "./storage.ts";

/** How often a journal that is followed is looked at. Watching a file is not to be had on every file system; this is. */
const LOOK_EVERY_MS = 40;

/** A journal, and the disk that it is on. */
interface Followed extends Omit<JournalFile, "file"> {
  readonly fs: DiskFs;
  readonly signal: AbortSignal | undefined;
}

/**
 * The entries of a journal, and those that are appended later. When somebody else takes the run over, the journal becomes
 * another file, that goes on where this one was.
 */
export async function* followJournal(followed: Followed): AsyncGenerator<FoundEntries, void> {
  let place: Place = beginning();
  for (;;) {
    const { file, ino } = await openKnown(followed);
    try {
      for await (const found of followFile(followed, { file, ino, place })) {
        place = found;
        yield found;
      }
    } finally {
      await file.close();
    }
  }
}

interface OpenFile {
  readonly file: DiskFile;
  readonly ino: number;
}

/** Goes on until the journal is another file. */
async function* followFile(followed: Followed, { file, ino, place: from }: OpenFile & { readonly place: Place }): AsyncGenerator<FoundEntries, void> {
  const { fs, path, runId, signal } = followed;
  let [place, size] = [from, -1];
  for (;;) {
    const found = await ifPresent("look at", path, fs.lstat(path));
    if (found?.ino !== ino) return;
    // Looked at first, and then read: what is appended meanwhile is seen the next time.
    if (found.size !== size) {
      ({ size } = found);
      if (size < place.end) throw new JournalDamagedError(runId, { line: place.head.seq, reason: "it was there, and is not any more" });
      for await (const found of entriesOf({ file, path, runId }, place)) {
        place = found;
        yield found;
      }
    }
    await pause(signal);
  }
}

/** Opens the journal such that it is known which file that is. */
async function openKnown({ fs, path, runId }: Followed): Promise<OpenFile> {
  for (;;) {
    const before = await ifPresent("look at", path, fs.lstat(path));
    if (before === undefined) throw new RunUnknownError(runId, path);
    const file = await onDisk("open", path, fs.open(path, "r"));
    const after = await ifPresent("look at", path, fs.lstat(path));
    if (after?.ino === before.ino) return { file, ino: before.ino };
    await file.close();
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await delay(LOOK_EVERY_MS, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
