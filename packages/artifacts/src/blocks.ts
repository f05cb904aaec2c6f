import type { DiskFile } from "@dad/disk";

/**
 * How much of a content is written, read and hashed at once: as large as it takes to make the way to the disk and back
 * cheap, and small enough that nobody who waits for this process notices the hashing (about half a millisecond).
 */
export const BLOCK_BYTES = 1024 * 1024;

/**
 * The same bytes in blocks of one size, the last one shorter. A block may be used until the second one after it is asked
 * for: one can be written while the next one is filled, and no more than these two are held.
 */
export async function* blocksOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const buffers: Uint8Array[] = [];
  let [turn, filled] = [0, 0];
  for await (const piece of pieces) {
    for (let taken = 0; taken < piece.byteLength;) {
      const buffer = (buffers[turn] ??= new Uint8Array(BLOCK_BYTES));
      const part = piece.subarray(taken, taken + BLOCK_BYTES - filled);
      buffer.set(part, filled);
      [taken, filled] = [taken + part.byteLength, filled + part.byteLength];
      if (filled < BLOCK_BYTES) continue;
      yield buffer;
      [turn, filled] = [1 - turn, 0];
    }
  }
  if (filled > 0) yield buffers[turn]!.subarray(0, filled);
}

/** How a file is to be read. */
export interface FileReading {
  /** What the file is known to hold, in bytes. */
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * A block may be used until the second one after it is asked for, and then its memory is used again. Otherwise each has
   * memory of its own, of which tens of megabytes may wait for the garbage collector.
   */
  readonly recycled?: boolean;
}

/**
 * A file in blocks, the next one read while one is used. Gives one byte more than `size` when the file has grown, and fewer
 * when it was cut.
 */
export async function* fileBlocks(file: Pick<DiskFile, "read">, reading: FileReading): AsyncGenerator<Uint8Array, void> {
  const { size, signal } = reading;
  const memory = memoryFor(reading);
  let position = 0;
  let ahead = readAhead(file, { position, buffer: memory(size - position + 1) });
  try {
    for (;;) {
      const { block, asked } = await ahead;
      signal?.throwIfAborted();
      if (block.byteLength === 0) return;
      position += block.byteLength;
      // Asked for more than there should be, and got no more: there is no need to ask again.
      const ended = position > size || (position === size && block.byteLength < asked);
      if (!ended) ahead = readAhead(file, { position, buffer: memory(size - position + 1) });
      yield block;
      signal?.throwIfAborted();
      if (ended) return;
    }
  } finally {
    // Whoever closes the file does so after this.
    await Promise.allSettled([ahead]);
  }
}

/** What is used, what may still be used, and what is read meanwhile. */
const RECYCLED_BLOCKS = 3;

function memoryFor({ size, recycled = false }: FileReading): (wanted: number) => Uint8Array {
  if (!recycled) return (wanted) => new Uint8Array(Math.min(BLOCK_BYTES, wanted));
  const buffers: Uint8Array[] = [];
  let turn = 0;
  return (wanted) => (buffers[turn++ % RECYCLED_BLOCKS] ??= new Uint8Array(Math.min(BLOCK_BYTES, size + 1))).subarray(0, wanted);
}

interface ReadBlock {
  readonly block: Uint8Array;
  readonly asked: number;
}

function readAhead(
  file: Pick<DiskFile, "read">,
  { position, buffer }: { readonly position: number; readonly buffer: Uint8Array },
): Promise<ReadBlock> {
  const reading = file.read(buffer, 0, buffer.byteLength, position);
  return awaitedLater(reading.then(({ bytesRead }) => ({ block: buffer.subarray(0, bytesRead), asked: buffer.byteLength })));
}

/** What goes on beside other work: a failure of it is told when it is its turn, and until then nobody waits for it. */
export function awaitedLater<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
