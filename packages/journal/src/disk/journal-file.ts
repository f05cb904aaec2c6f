import { dirname, join } from "node:path";
import type { DiskFile, DiskFs } from "@dad/disk";
import type { RecordedEvent, RunId } from "@dad/protocol";
import { type Head, headOfNothing, verifyLine } from "../entry.ts";
import { JournalDamagedError } from "../errors.ts";
import type { JournalSink } from "../journal-writer.ts";
import { lineReader } from "./line-reader.ts";
import { ifFree, onDisk, sync, syncDirectory } from "./storage.ts";

/** An entry and where it ends. */
export interface FoundEntry {
  readonly event: RecordedEvent;
  readonly head: Head;
  /** Offset of the byte behind its line. */
  readonly end: number;
}

/**
 * The entries of a journal, verified. A last line that is not whole, or not an entry, was torn when its
 * writer was killed: it ends the journal. The same before the last line, and an entry that does not
 * follow the one before it, is `JOURNAL_DAMAGED`.
 */
export async function* entriesOf(file: DiskFile, path: string, runId: RunId): AsyncGenerator<FoundEntry, void> {
  const lines = lineReader(file, path);
  let [end, head, suspicious] = [0, headOfNothing(), false];
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

/** A torn tail is kept, for whoever wants to know, and cut off: what is appended next would glue to it. */
export async function cutTornTail(fs: DiskFs, path: string, end: number): Promise<void> {
  const { size } = await onDisk("look at", path, fs.lstat(path));
  if (size === end) return;
  const directory = dirname(path);
  const file = await onDisk("open", path, fs.open(path, "r+"));
  try {
    await copyTail(fs, directory, { file, path, end });
    await onDisk("truncate", path, file.truncate(end));
    await sync(file, path);
    await syncDirectory(fs, directory);
  } finally {
    await file.close();
  }
}

async function copyTail(fs: DiskFs, directory: string, { file, path, end }: { file: DiskFile; path: string; end: number }): Promise<void> {
  const place = join(directory, await freeName(fs, directory));
  const copy = await onDisk("open", place, fs.open(place, "a"));
  try {
    const buffer = new Uint8Array(64 * 1024);
    for (let offset = end; ;) {
      const { bytesRead } = await onDisk("read", path, file.read(buffer, 0, buffer.byteLength, offset));
      if (bytesRead === 0) break;
      await writeWhole(copy, place, buffer.subarray(0, bytesRead));
      offset += bytesRead;
    }
    await sync(copy, place);
  } finally {
    await copy.close();
  }
}

async function freeName(fs: DiskFs, directory: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(directory, `journal.torn-${number}`);
    if (await ifFree("create", path, fs.writeFile(path, "", { flag: "wx" }))) return `journal.torn-${number}`;
  }
}

/** A sink that appends to an open file with one write, and one `fdatasync`, for each batch. */
export function fileSink(file: DiskFile, path: string, release: () => Promise<void>): JournalSink {
  return {
    async write(lines) {
      await writeWhole(file, path, Buffer.from(lines.map((line) => `${line}\n`).join("")));
      await onDisk("sync", path, file.datasync());
    },
    async close() {
      try {
        await onDisk("close", path, file.close());
      } finally {
        await release();
      }
    },
  };
}

async function writeWhole(file: DiskFile, path: string, bytes: Uint8Array): Promise<void> {
  const writing = file.write(bytes, 0, bytes.byteLength).then(({ bytesWritten }) => {
    if (bytesWritten !== bytes.byteLength) throw new Error(`only ${bytesWritten} of ${bytes.byteLength} bytes were written: is there space left?`);
  });
  await onDisk("append to", path, writing);
}
