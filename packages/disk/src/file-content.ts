import { type BigIntStats, constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";

/** A file as it was when it was read. */
export interface ForeignFile {
  readonly content: Uint8Array;
  /** For whoever owns it. */
  readonly executable: boolean;
}

export interface ForeignReadOptions {
  /** A larger file is refused, also one that grows while it is read. */
  readonly limitBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Waits for nobody who is to write into a pipe. Windows has no such flag and no such pipes. */
export const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = 1_048_576;
const SPARE_BYTES = 4096;

/** What a file holds that is open. @throws ForeignFileRefusal when it is none, or has more than may be read. */
export async function contentOf(file: FileHandle, options: ForeignReadOptions): Promise<ForeignFile> {
  const stats = await file.stat({ bigint: true });
  const chunks: Uint8Array[] = [];
  for await (const chunk of piecesOf(file, stats, options)) chunks.push(chunk);
  return { content: new Uint8Array(Buffer.concat(chunks)), executable: (Number(stats.mode) & constants.S_IXUSR) !== 0 };
}

/** The same in pieces, that stay what they are. */
export async function* piecesOf(file: FileHandle, stats: BigIntStats, options: ForeignReadOptions): AsyncGenerator<Uint8Array, void> {
  assertReadable(stats, options);
  const { limitBytes, signal } = options;
  for (let size = 0; ;) {
    // What it should have, and room to notice that it has more.
    const wanted = Math.min(CHUNK_BYTES, limitBytes - size + 1, Math.max(Number(stats.size) - size, 0) + SPARE_BYTES);
    const { bytesRead, buffer } = await file.read(new Uint8Array(wanted), { position: size });
    signal?.throwIfAborted();
    size += bytesRead;
    if (size > limitBytes) throw new ForeignFileRefusal(`it grows while it is read, and at most ${limitBytes} bytes are read`);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

export function assertReadable(stats: BigIntStats, { limitBytes }: Pick<ForeignReadOptions, "limitBytes">): void {
  assertFile(stats);
  if (stats.size > limitBytes) throw new ForeignFileRefusal(`it has ${stats.size} bytes, and at most ${limitBytes} are read`);
}

/** @throws ForeignFileRefusal for everything else than a regular file. */
export function assertFile(stats: BigIntStats): void {
  if (!stats.isFile()) throw new ForeignFileRefusal(`it is a ${kindOf(stats)}, not a file`);
}

export type FileKind = "file" | "directory" | "link" | "pipe" | "socket" | "device";

export function kindOf(stats: BigIntStats): FileKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "link";
  if (stats.isFIFO()) return "pipe";
  return stats.isSocket() ? "socket" : "device";
}
