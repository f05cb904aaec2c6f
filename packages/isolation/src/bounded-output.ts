import type { Readable } from "node:stream";

/** What a stream gave, as far as it was kept. */
export interface KeptOutput {
  readonly bytes: Uint8Array;
  readonly lost: number;
}

/** Reads a stream to its end, keeps the first `limit` bytes and counts the others. A process that did not start may have no stream. */
export function keepOutput(stream: Readable | null | undefined, limit: number, onChunk: (chunk: Uint8Array) => void): () => KeptOutput {
  const kept: Uint8Array[] = [];
  let size = 0;
  let lost = 0;
  stream?.on("data", (chunk: Uint8Array) => {
    const part = chunk.subarray(0, Math.max(0, limit - size));
    if (part.byteLength > 0) kept.push(part);
    size += part.byteLength;
    lost += chunk.byteLength - part.byteLength;
    onChunk(chunk);
  });
  // A pipe that breaks has simply ended; how the command ended is told by the process.
  stream?.on("error", () => undefined);
  return () => ({ bytes: new Uint8Array(Buffer.concat(kept)), lost });
}
