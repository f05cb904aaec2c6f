import { createHash } from "node:crypto";
import { type Digest, digestOfHex } from "@dad/protocol";

const CHUNK_BYTES = 64 * 1024;

/** Bytes that are long, cheap to make, and the same each time, in pieces. One buffer is used for all pieces. */
export async function* largeBody(size: number): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let start = 0; start < size; start += CHUNK_BYTES) {
    buffer.fill((start / CHUNK_BYTES) % 251);
    yield buffer.subarray(0, Math.min(CHUNK_BYTES, size - start));
  }
}

export async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) yield Buffer.from(part);
}

/** Gives something and then fails. */
export async function* failingBody(given: string, error: Error): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(given);
  throw error;
}

/** Gives something, says so, and then never gives anything again. */
export async function* hangingBody(given: string, onHang: () => void): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(given);
  onHang();
  await new Promise(() => undefined);
}

export async function digestOfBody(body: AsyncIterable<Uint8Array>): Promise<{ readonly digest: Digest; readonly size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { digest: digestOfHex(hash.digest("hex")), size };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
