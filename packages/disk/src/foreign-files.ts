import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { DiskFailure } from "./disk-operations.ts";
import { ForeignFileRefusal, openInside } from "./open-inside.ts";

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

/** Reads regular files that somebody else put there: waits for no pipe, opens no device, reads no more than it was told to. */
export interface ForeignFiles {
  /** The file at a path that a person wrote, links followed. */
  readonly read: (path: string, options: ForeignReadOptions) => Promise<ForeignFile>;
  /**
   * A file below a directory, by its path with `/` between the parts. No link is followed on the way: neither in the place
   * of the directory nor below it, also when one is put there meanwhile. Fails where a link leads on; `undefined` when
   * there is no regular file.
   *
   * On Linux each step goes from the open directory before it. Elsewhere the way is looked at before and after the
   * opening, which finds a link that was put there, unless it comes and goes several times at the right moments.
   */
  readonly readInside: (root: string, path: string, options: ForeignReadOptions) => Promise<ForeignFile | undefined>;
}

/** Waits for nobody who is to write into a pipe. Windows has no such flag and no such pipes. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = 1_048_576;

/** The reads of an adapter, which fail with errors of its own. Their cause is a {@link ForeignFileRefusal}, or what the disk said. */
export function foreignFiles(failure: DiskFailure): ForeignFiles {
  const reading = async <T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (cause) {
      signal?.throwIfAborted();
      // A mistake of the program is not the disk's.
      throw cause instanceof TypeError ? cause : failure("read", path, cause);
    }
  };
  return {
    read: (path, options) =>
      reading(path, options.signal, async () => {
        // Before it is opened: opening alone can wind a tape.
        assertReadable(await stat(path), options);
        await using file = await open(path, READ);
        return await contentOf(file, options);
      }),
    readInside: (root, path, options) =>
      reading(path, options.signal, async () => {
        await using file = await openInside({ root, parts: path.split("/"), flags: READ });
        return file && (await contentOf(file, options));
      }),
  };
}

async function contentOf(file: FileHandle, options: ForeignReadOptions): Promise<ForeignFile> {
  const stats = await file.stat();
  assertReadable(stats, options);
  const { limitBytes, signal } = options;
  const chunks: Uint8Array[] = [];
  for (let size = 0; ;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(Math.min(CHUNK_BYTES, limitBytes - size + 1)), { position: size });
    signal?.throwIfAborted();
    size += bytesRead;
    if (size > limitBytes) throw new ForeignFileRefusal(`it grows while it is read, and at most ${limitBytes} bytes are read`);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
  }
  return { content: new Uint8Array(Buffer.concat(chunks)), executable: (stats.mode & constants.S_IXUSR) !== 0 };
}

function assertReadable(stats: Stats, { limitBytes }: ForeignReadOptions): void {
  if (!stats.isFile()) throw new ForeignFileRefusal(`it is ${nameOf(stats)}, not a file`);
  if (stats.size > limitBytes) throw new ForeignFileRefusal(`it has ${stats.size} bytes, and at most ${limitBytes} are read`);
}

function nameOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}
