import { basename } from "node:path";
import { confinedDirectory, ForeignFileRefusal } from "@dad/disk";
import { IsolationFailedError, IsolationFileRefusedError } from "./errors.ts";

/** What a name in a workspace is. A link is told as a link. */
export interface ConfinedEntry {
  /** For people alone where it is no text on the disk: such a file cannot be asked for by name. */
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "pipe" | "socket" | "device";
  /** In bytes. */
  readonly size: number;
}

/**
 * The files of a workspace that hostile code may change at the same moment. Paths are relative, with `/`; `.` is the workspace.
 * No link is followed, neither at the end nor on the way; what is no regular file is not opened, nor one that has another name,
 * which might be outside. A path that leads out is refused as well.
 *
 * Each method throws IsolationFileRefusedError (`ISOLATION_FILE_REFUSED`) for what may not be touched, and IsolationFailedError
 * (`ISOLATION_FAILED`) for what the disk refuses.
 */
export interface ConfinedFiles {
  /** `undefined`: there is none. More than `limitBytes` (default 64 MiB) is refused, also when it grows while it is read. */
  read(path: string, options?: { readonly limitBytes?: number; readonly signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  /** Whole or not at all, as a new file in the place of what was there. Makes the directories on the way. */
  write(path: string, bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** What is in a directory, by name. `undefined`: there is none. More than 100,000 names are refused. */
  list(path: string, options?: { readonly signal?: AbortSignal }): Promise<readonly ConfinedEntry[] | undefined>;
  stat(path: string, options?: { readonly signal?: AbortSignal }): Promise<ConfinedEntry | undefined>;
}

const DEFAULT_LIMIT_BYTES = 64 * 1024 * 1024;

/** The files beneath a directory of this machine. */
export function confinedFiles(root: string): ConfinedFiles {
  const directory = confinedDirectory({ root, failure });
  return {
    async read(path, { limitBytes = DEFAULT_LIMIT_BYTES, signal } = {}) {
      const file = await directory.read(path, { limitBytes, signal });
      return file?.content;
    },
    write: async (path, bytes, { signal } = {}) => directory.write(path, bytes, { signal }),
    async list(path, { signal } = {}) {
      const entries = await directory.list(path, { signal });
      return entries?.map(({ name, kind, size }) => ({ name, kind, size }));
    },
    async stat(path, { signal } = {}) {
      const found = await directory.stat(path, { signal });
      return found && { name: basename(path), kind: found.kind, size: found.size };
    },
  };
}

function failure(operation: string, path: string, cause: unknown): Error {
  if (cause instanceof ForeignFileRefusal) return new IsolationFileRefusedError(path, cause.message, { cause });
  return new IsolationFailedError(path, { cause, doing: operation });
}
