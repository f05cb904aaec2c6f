import type { FileHandle } from "node:fs/promises";
import { openInPlace } from "../open-in-place.ts";

const PIECE_BYTES = 65_536;

/** How far a file was read. */
export interface PiecesRead {
  /** Size of the whole file in bytes. */
  readonly bytes: number;
  /** What ended it: the file, `limit`, or `onPiece`. */
  readonly end: "enough" | "file" | "limit";
  /** What was read is not UTF-8 text. */
  readonly binary: boolean;
}

export interface ReadPiecesOptions {
  /** Bytes that are read at most. A character that this cuts is left out. Default: all. */
  readonly limit?: number;
  readonly signal: AbortSignal;
  /** Gets the text, piece by piece. True: that is enough. */
  readonly onPiece: (piece: string) => boolean;
}

/**
 * Reads the text of a regular file at an absolute path without links, in pieces, so that neither a large file fills the memory nor
 * a slow one holds up others. `undefined` for anything else and for what cannot be read.
 */
export async function readPieces(path: string, options: ReadPiecesOptions): Promise<PiecesRead | undefined> {
  const handle = await openInPlace(path).catch(() => undefined);
  if (!handle) return undefined;
  await using file = handle;
  const stats = await file.stat();
  return stats.isFile() ? await piecesOf(file, stats.size, options) : undefined;
}

async function piecesOf(handle: FileHandle, bytes: number, { limit = bytes, signal, onPiece }: ReadPiecesOptions): Promise<PiecesRead | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const end = Math.min(limit, bytes);
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, end));
  let read = 0;
  while (read < end) {
    signal.throwIfAborted();
    const found = await handle.read(buffer, 0, Math.min(buffer.length, end - read), read).catch(() => undefined);
    if (!found) return undefined;
    if (found.bytesRead === 0) break;
    read += found.bytesRead;
    const piece = decoded(decoder, buffer.subarray(0, found.bytesRead), { more: read < bytes });
    if (piece === undefined) return { bytes, end: "enough", binary: true };
    if (onPiece(piece) && read < bytes) return { bytes, end: "enough", binary: false };
  }
  return { bytes, end: end < bytes ? "limit" : "file", binary: false };
}

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array, { more }: { readonly more: boolean }): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return decoder.decode(bytes, { stream: more });
  } catch {
    return undefined;
  }
}
