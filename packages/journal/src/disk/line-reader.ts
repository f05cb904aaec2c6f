import type { DiskFile } from "@dad/disk";
import { onDisk } from "./storage.ts";

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** Reads a file line by line, holding no more of it than one piece, or twice its longest line. */
export interface LineReader {
  /** The line that begins at an offset, which does not go back, without its newline. `undefined` when there is no newline. */
  lineAt(offset: number): Promise<Uint8Array | undefined>;
  hasMoreAt(offset: number): Promise<boolean>;
  /** Lets the next call read from the file what was read already. */
  forget(): void;
}

export function lineReader(file: DiskFile, path: string, from = 0): LineReader {
  let [buffer, start] = [Buffer.alloc(0), from];

  /**
   * Reads the line again from its beginning: what is there of it may have been torn, and cut off since.
   * Twice as much each time, so that the cost of a long line grows with its length, not with its square.
   */
  async function readMore(): Promise<void> {
    const larger = Buffer.alloc(Math.max(CHUNK_BYTES, 2 * buffer.byteLength));
    const { bytesRead } = await onDisk("read", path, file.read(larger, 0, larger.byteLength, start));
    buffer = larger.subarray(0, bytesRead);
  }

  return {
    async lineAt(offset) {
      [buffer, start] = [buffer.subarray(offset - start), offset];
      for (;;) {
        const end = buffer.indexOf(NEWLINE);
        if (end >= 0) return buffer.subarray(0, end);
        const known = buffer.byteLength;
        await readMore();
        if (buffer.byteLength <= known && !buffer.includes(NEWLINE)) return undefined;
      }
    },
    async hasMoreAt(offset) {
      const { bytesRead } = await onDisk("read", path, file.read(new Uint8Array(1), 0, 1, offset));
      return bytesRead > 0;
    },
    forget() {
      buffer = Buffer.alloc(0);
    },
  };
}
