import { open, stat } from "node:fs/promises";
import type { DiskFailure } from "./disk-operations.ts";
import { assertReadable, contentOf, type ForeignFile, type ForeignReadOptions, READ } from "./file-content.ts";

/** Reads regular files that a person named: waits for no pipe, opens no device, reads no more than it was told to. */
export interface ForeignFiles {
  /** The file at a path that a person wrote, links followed. */
  readonly read: (path: string, options: ForeignReadOptions) => Promise<ForeignFile>;
}

/** The reads of an adapter, which fail with errors of its own. Their cause is a `ForeignFileRefusal`, or what the disk said. */
export function foreignFiles(failure: DiskFailure): ForeignFiles {
  return {
    read: (path, options) =>
      failingAs(failure, { operation: "read", path, signal: options.signal }, async () => {
        // Before it is opened: opening alone can wind a tape.
        assertReadable(await stat(path, { bigint: true }), options);
        await using file = await open(path, READ);
        return await contentOf(file, options);
      }),
  };
}

export interface ForeignOperation {
  readonly operation: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

/** Makes an adapter's own error of what is refused, by the disk or by us; a mistake of the program stays what it is. */
export async function failingAs<T>(failure: DiskFailure, { operation, path, signal }: ForeignOperation, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof TypeError ? cause : failure(operation, path, cause);
  }
}

/** The same for what comes one after the other. */
export async function* failingIn<T>(
  failure: DiskFailure,
  { operation, path, signal }: ForeignOperation,
  items: AsyncIterable<T>,
): AsyncGenerator<T, void> {
  signal?.throwIfAborted();
  try {
    yield* items;
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof TypeError ? cause : failure(operation, path, cause);
  }
}
