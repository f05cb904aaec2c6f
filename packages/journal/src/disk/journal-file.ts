import type { DiskFile } from "@dad/disk";
import type { Durability, RecordedEvent, RunId } from "@dad/protocol";
import { type Head, headOfNothing, verifyLine } from "../entry.ts";
import { JournalDamagedError } from "../errors.ts";
import type { JournalSink } from "../journal-writer.ts";
import { lineReader } from "./line-reader.ts";
import type { RunLease } from "./run-lease.ts";
import { onDisk } from "./storage.ts";

/** A place between two entries of a journal. */
export interface Place {
  readonly head: Head;
  /** Offset of the byte behind the line of the head. */
  readonly end: number;
}

/** An entry and where it ends. */
export interface FoundEntry extends Place {
  readonly event: RecordedEvent;
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

/**
 * The entries of a journal behind a place, verified. A last line that is not whole, or not an entry, was torn when its
 * writer was killed: it ends the journal. The same before the last line, and an entry that does not
 * follow the one before it, is `JOURNAL_DAMAGED`.
 */
export async function* entriesOf({ file, path, runId }: JournalFile, from: Place = beginning()): AsyncGenerator<FoundEntry, void> {
  const lines = lineReader(file, path, from.end);
  let [{ head, end }, suspicious] = [from, false];
  for (;;) {
    const line = await lines.lineAt(end);
    if (line === undefined) return;
    const verdict = verifyLine(line, runId, head);
    if ("event" in verdict) {
      end += line.byteLength + 1;
      ({ head } = verdict);
      suspicious = false;
      yield { ...verdict, end };
    } else if (!verdict.intact && !(await lines.hasMoreAt(end + line.byteLength + 1))) return;
    else if (suspicious)
      throw new JournalDamagedError(runId, { line: head.seq + 1, reason: verdict.reason }, "cause" in verdict ? { cause: verdict.cause } : {});
    else {
      // Perhaps it was read while the next writer cut a torn line off and went on: then it is whole now.
      suspicious = true;
      lines.forget();
    }
  }
}

/** Who is told of the entries on the way, and who stops it. */
export interface Reading {
  readonly signal?: AbortSignal | undefined;
  readonly replay?: ((event: RecordedEvent) => void) | undefined;
}

/** The place behind the last entry. */
export async function lastPlace(journal: JournalFile, { signal, replay }: Reading = {}): Promise<Place> {
  let last = beginning();
  for await (const entry of entriesOf(journal)) {
    signal?.throwIfAborted();
    replay?.(entry.event);
    last = entry;
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
