import type { DiskFile } from "@dad/disk";
import { onDisk } from "./storage.ts";

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file line by line, holding no more of it than a few pieces, or twice its longest line. Offsets do not go back, and a
 * line is there until the next is asked for.
 */
export interface LineReader {
  /** The line that begins at an offset, without its newline, where what was read already has all of it. */
  knownLineAt(offset: number): Buffer | undefined;
  /** The line that begins at an offset, without its newline. `undefined` when there is no newline. */
  lineAt(offset: number): Promise<Buffer | undefined>;
  hasMoreAt(offset: number): Promise<boolean>;
  /** Lets the next call read from the file what was read already. */
  forget(): void;
}

export function lineReader(file: DiskFile, path: string, from = 0): LineReader {
  /** What is known of the file, from `start` on. */
  let [known, start]: [Buffer, number] = [Buffer.alloc(0), from];
  const ahead = pieceAhead(file, path);

  function knownLineAt(offset: number): Buffer | undefined {
    const end = known.indexOf(NEWLINE, offset - start);
    return end < 0 ? undefined : known.subarray(offset - start, end);
  }

  /** A line that is longer is read again, and nothing behind it before that. */
  function knows(bytes: Buffer, isAllThereWas: boolean): void {
    known = bytes;
    if (!isAllThereWas && known.includes(NEWLINE)) ahead.begin(start + known.byteLength);
  }

  /**
   * Reads the line again from its beginning: what is there of it may have been torn, and cut off since.
   * Twice as much each time, so that the cost of a long line grows with its length, not with its square.
   */
  async function readAgain(): Promise<void> {
    const larger = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, 2 * known.byteLength));
    const { bytesRead } = await onDisk("read", path, file.read(larger, 0, larger.byteLength, start));
    knows(larger.subarray(0, bytesRead), bytesRead < larger.byteLength);
  }

  return {
    knownLineAt,
    async lineAt(offset) {
      let line = knownLineAt(offset);
      if (line) return line;
      [known, start] = [known.subarray(offset - start), offset];
      const more = await ahead.behind(known);
      if (more) knows(more, more.byteLength < known.byteLength + CHUNK_BYTES);
      line = knownLineAt(offset);
      for (let before = -1; !line && before < known.byteLength;) {
        before = known.byteLength;
        await readAgain();
        line = knownLineAt(offset);
      }
      return line;
    },
    hasMoreAt: async (offset) => (await onDisk("read", path, file.read(new Uint8Array(1), 0, 1, offset))).bytesRead > 0,
    forget() {
      known = Buffer.alloc(0);
      ahead.forget();
    },
  };
}

/** Reads a piece of a file while the one before it is worked on. */
function pieceAhead(file: DiskFile, path: string) {
  let reading: Promise<Buffer> | undefined;
  /** Where the last piece was read to, and where the next is, in turns. */
  let places: readonly Buffer[] = [];
  return {
    begin(offset: number): void {
      const [last, place = Buffer.allocUnsafe(2 * CHUNK_BYTES)] = places;
      places = last ? [place, last] : [place];
      const read = onDisk("read", path, file.read(place, CHUNK_BYTES, CHUNK_BYTES, offset));
      reading = read.then(({ bytesRead }) => place.subarray(0, CHUNK_BYTES + bytesRead));
      // Told when it is waited for.
      reading.catch(() => undefined);
    },
    /** What stands before the piece, and the piece. `undefined` where none was begun, or that is longer than there is space for. */
    async behind(rest: Buffer): Promise<Buffer | undefined> {
      const piece = await reading;
      reading = undefined;
      if (piece === undefined || rest.byteLength > CHUNK_BYTES) return undefined;
      rest.copy(piece, CHUNK_BYTES - rest.byteLength);
      return piece.subarray(CHUNK_BYTES - rest.byteLength);
    },
    forget(): void {
      // Something may still be read to the places.
      [reading, places] = [undefined, []];
    },
  };
}
