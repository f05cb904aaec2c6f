import type { FileHandle } from "node:fs/promises";
import { decodeStrict } from "./decode-text.ts";
import { openInPlace } from "./open-in-place.ts";

/** What is at a path. `text` is `undefined` for binary data. */
export interface TextRead {
  /** Size of the whole file in bytes. */
  readonly bytes: number;
  readonly read: number;
  readonly text: string | undefined;
}

/** The beginning of a regular file at an absolute path without links, or `undefined` for anything else and for what cannot be read. */
export async function readText(path: string, limit: number): Promise<TextRead | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await openInPlace(path);
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    const content = await readUpTo(handle, Math.min(limit, stats.size));
    const cut = content.byteLength < stats.size;
    return { bytes: stats.size, read: content.byteLength, text: decodeStrict(content, { cut }) };
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

async function readUpTo(handle: FileHandle, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
