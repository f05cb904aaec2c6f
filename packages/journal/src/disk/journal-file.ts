import type { DiskFile } from "@dad/disk";
import type { Durability, RecordedEvent, RunId } from "@dad/protocol";
import { type Head, headOfNothing, type Refusal, verifyLine } from "../entry.ts";
import { JournalDamagedError } from "../errors.ts";
import type { JournalSink } from "../journal-writer.ts";
import { type LineReader, lineReader } from "./line-reader.ts";
import type { RunLease } from "./run-lease.ts";
import { onDisk } from "./storage.ts";

/** A place between two entries of a journal. */
export interface Place {
  readonly head: Head;
  /** Offset of the byte behind the line of the head. */
  readonly end: number;
}

/** Entries that follow one another, at least one, and the place behind the last. */
export interface FoundEntries extends Place {
  readonly events: readonly RecordedEvent[];
}

/** An open journal file. */
export interface JournalFile {
  readonly file: DiskFile;
  readonly path: string;
  readonly runId: RunId;
}

export function beginning(): Place {
  return { head: headOfNothing(), end: 0 };
}

/** How many entries are given together at most. */
const MOST_TOGETHER = 512;

/**
 * The entries of a journal behind a place, verified. A last line that is not whole, or not an entry, was torn when its
 * writer was killed: it ends the journal. The same before the last line, and an entry that does not
 * follow the one before it, is `JOURNAL_DAMAGED`.
 *
 * One is given first, for those who need no more, and then ever more together: to wait for each of a million takes as long as to
 * read them.
 */
export async function* entriesOf({ file, path, runId }: JournalFile, from: Place = beginning()): AsyncGenerator<FoundEntries, void> {
  const lines = lineReader(file, path, from.end);
  let [place, most, suspicious] = [from, 1, false];
  for (;;) {
    const line = await lines.lineAt(place.end);
    if (line === undefined) return;
    const found = verifiedFrom(line, lines, { runId, place, most });
    if ("events" in found) {
      [place, most, suspicious] = [found, Math.min(2 * most, MOST_TOGETHER), false];
      yield found;
    } else if (!found.intact && !(await lines.hasMoreAt(place.end + line.byteLength + 1))) return;
    else if (suspicious)
      throw new JournalDamagedError(runId, { line: place.head.seq + 1, reason: found.reason }, "cause" in found ? { cause: found.cause } : {});
    else {
      // Perhaps it was read while the next writer cut a torn line off and went on: then it is whole now.
      suspicious = true;
      lines.forget();
    }
  }
}

interface Following {
  readonly runId: RunId;
  readonly place: Place;
  readonly most: number;
}

/** The entry of a line and of those behind it that are known already, or why the line is none. */
function verifiedFrom(first: Buffer, lines: LineReader, { runId, place, most }: Following): FoundEntries | Refusal {
  const events: RecordedEvent[] = [];
  let { head, end } = place;
  for (let line: Buffer | undefined = first; line && events.length < most; line = lines.knownLineAt(end)) {
    const verdict = verifyLine(line, runId, head);
    if ("reason" in verdict) {
      // The one behind it is looked at again, as the first.
      if (events.length === 0) return verdict;
      break;
    }
    events.push(verdict.event);
    ({ head } = verdict);
    end += line.byteLength + 1;
  }
  return { events, head, end };
}

/** Who is told of the entries on the way, and who stops it. */
export interface Reading {
  readonly signal?: AbortSignal | undefined;
  readonly replay?: ((event: RecordedEvent) => void) | undefined;
}

/** The place behind the last entry. */
export async function lastPlace(journal: JournalFile, { signal, replay }: Reading = {}): Promise<Place> {
  let last = beginning();
  for await (const { events, ...place } of entriesOf(journal)) {
    for (const event of events) {
      signal?.throwIfAborted();
      replay?.(event);
    }
    last = place;
  }
  return last;
}

export interface FileSinkOptions {
  readonly durability: Exclude<Durability, "memory">;
  readonly lease: RunLease;
}

/** A sink that appends to an open file with one write, and one `fdatasync`, for each batch, as long as it has the lease. */
export function fileSink({ file, path }: Pick<JournalFile, "file" | "path">, { durability, lease }: FileSinkOptions): JournalSink {
  return {
    async write(lines) {
      await writeWhole(file, path, Buffer.from(`${lines.join("\n")}\n`));
      // Also what nobody waits for: of several writes that are not on the disk yet, a power loss may leave the last.
      // Whoever takes the run over announces itself before it reads what is written: what is written and then found not to be
      // taken over, it has read.
      await Promise.all([durability === "strict" ? onDisk("sync", path, file.datasync()) : undefined, lease.assertHeld()]);
    },
    assertOwned: () => lease.assertHeld(),
    async close() {
      try {
        await onDisk("close", path, file.close());
      } finally {
        await lease.release();
      }
    },
  };
}

export async function writeWhole(file: DiskFile, path: string, bytes: Uint8Array): Promise<void> {
  const writing = file.write(bytes, 0, bytes.byteLength).then(({ bytesWritten }) => {
    if (bytesWritten !== bytes.byteLength) throw new Error(`only ${bytesWritten} of ${bytes.byteLength} bytes were written: is there space left?`);
  });
  await onDisk("append to", path, writing);
}
