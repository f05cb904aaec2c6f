import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import type { DiskFile, DiskFs } from "@dad/disk";
import { writeWhole } from "./journal-file.ts";
import { onDisk, sync, syncDirectory } from "./storage.ts";

/** An open file, and how it is called. */
export interface OpenFile {
  readonly file: DiskFile;
  readonly path: string;
}

/** What is between two offsets of an open file. */
export interface Piece extends OpenFile {
  readonly from: number;
  /** Default: where the file ends. */
  readonly to?: number;
}

const CHUNK_BYTES = 64 * 1024;

/** Appends a piece of a file to another one. */
export async function appendPiece({ file, path, from, to = Number.POSITIVE_INFINITY }: Piece, target: OpenFile): Promise<void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let offset = from; offset < to;) {
    const { bytesRead } = await onDisk("read", path, file.read(buffer, 0, Math.min(CHUNK_BYTES, to - offset), offset));
    if (bytesRead === 0) return;
    await writeWhole(target.file, target.path, buffer.subarray(0, bytesRead));
    offset += bytesRead;
  }
}

export interface PuttingOptions {
  readonly fill: (draft: OpenFile) => Promise<void>;
  /** Does the renaming, unless it must not be done any more. Default: does it. */
  readonly putting?: (put: () => Promise<void>) => Promise<void>;
}

/**
 * Puts a file in a place, durably: it has another name until it is whole. Those who have the file open that was there before
 * go on with that one.
 */
export async function putWhole(fs: DiskFs, place: string, { fill, putting = (put) => put() }: PuttingOptions): Promise<void> {
  const directory = dirname(place);
  const draft = join(directory, `.dad_tmp_${randomUUID()}`);
  try {
    await writeDraft(fs, draft, fill);
    await putting(() => onDisk("replace", place, fs.rename(draft, place)));
  } catch (error) {
    // Why it failed says more than that the remains could not be removed either.
    await fs.unlink(draft).catch(() => undefined);
    throw error;
  }
  await syncDirectory(fs, directory);
}

async function writeDraft(fs: DiskFs, path: string, fill: PuttingOptions["fill"]): Promise<void> {
  const file = await onDisk("create", path, fs.open(path, "ax"));
  try {
    await fill({ file, path });
    await sync(file, path);
  } finally {
    await file.close();
  }
}
