import { dirname, join } from "node:path";
import type { DiskFs } from "@dad/disk";
import { ifFree, onDisk, sync, syncDirectory } from "./storage.ts";
import { appendPiece, type OpenFile, putWhole } from "./whole-file.ts";

/** What was cut off the end of a journal. */
export interface TornTail {
  readonly bytes: number;
  /** The file beside the journal that holds it now. */
  readonly kept: string;
}

const CHUNK_BYTES = 64 * 1024;

/**
 * A torn tail is kept, for whoever wants to know, and cut off: what is appended next would glue to it. Nothing is done but
 * through the open file: if the journal has become another one meanwhile, that one is not touched.
 */
export async function cutTornTail(fs: DiskFs, { file, path, end }: Tail): Promise<TornTail | undefined> {
  const bytes = await bytesBehind({ file, path, end });
  if (bytes === 0) return undefined;
  const directory = dirname(path);
  const kept = await copyAside(fs, directory, { file, path, end, name: "journal.torn" });
  await onDisk("truncate", path, file.truncate(end));
  await sync(file, path);
  await syncDirectory(fs, directory);
  return { bytes, kept };
}

async function bytesBehind({ file, path, end }: Tail): Promise<number> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let offset = end; ;) {
    const { bytesRead } = await onDisk("read", path, file.read(buffer, 0, buffer.byteLength, offset));
    if (bytesRead === 0) return offset - end;
    offset += bytesRead;
  }
}

/** What is behind a place in an open file. */
export interface Tail extends OpenFile {
  readonly end: number;
}

/** Copies what is behind a place, durably, to a file `<name>-<n>` that is not there yet. @returns its name. */
export async function copyAside(fs: DiskFs, directory: string, { file, path, end, name: stem }: Tail & { readonly name: string }): Promise<string> {
  const name = await freeName(fs, directory, stem);
  const place = join(directory, name);
  const copy = await onDisk("open", place, fs.open(place, "a"));
  try {
    await appendPiece({ file, path, from: end }, { file: copy, path: place });
    await sync(copy, place);
    return name;
  } finally {
    await copy.close();
  }
}

async function freeName(fs: DiskFs, directory: string, stem: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(directory, `${stem}-${number}`);
    if (await ifFree("create", path, fs.writeFile(path, "", { flag: "wx" }))) return `${stem}-${number}`;
  }
}

/**
 * Puts a copy in the place of a journal that somebody else may still write to: what that one writes from now on goes to a
 * file that is not the journal any more. Readers see the one or the other, whole. It is a fresh writing of all of it, too: of pages
 * that an earlier writer could not sync nobody knows what is on the disk.
 *
 * @param replacing - Does the replacement, unless the run is somebody else's by then.
 */
export async function replaceByCopy(fs: DiskFs, path: string, replacing: (replace: () => Promise<void>) => Promise<void>): Promise<void> {
  await putWhole(fs, path, { fill: (draft) => copyTo(fs, path, draft), putting: replacing });
}

async function copyTo(fs: DiskFs, path: string, draft: OpenFile): Promise<void> {
  const file = await onDisk("open", path, fs.open(path, "r"));
  try {
    await appendPiece({ file, path, from: 0 }, draft);
  } finally {
    await file.close();
  }
}
