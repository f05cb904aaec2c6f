/** What a name in a workspace is. A link is told as a link. */
export interface ConfinedEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
  /** In bytes. */
  readonly size: number;
}

/**
 * The files of a workspace that hostile code may change at the same moment. Paths are relative, with `/`. No link is followed,
 * neither at the end nor on the way; what is no regular file is not opened.
 *
 * Each method throws IsolationFileRefusedError (`ISOLATION_FILE_REFUSED`) for what may not be touched.
 */
export interface ConfinedFiles {
  /** `undefined`: there is none. More than `limitBytes` (default 64 MiB) is refused, also when it grows while it is read. */
  read(path: string, options?: { readonly limitBytes?: number; readonly signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  /** Whole or not at all. Makes the directories on the way. */
  write(path: string, bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** What is in a directory, by name. `.` is the workspace. `undefined`: there is none. */
  list(path: string, options?: { readonly signal?: AbortSignal }): Promise<readonly ConfinedEntry[] | undefined>;
  stat(path: string, options?: { readonly signal?: AbortSignal }): Promise<ConfinedEntry | undefined>;
}

/** The files beneath a directory of this machine. */
export function confinedFiles(root: string): ConfinedFiles {
  const refuse = (): never => {
    throw new TypeError(`not there yet for ${root}`);
  };
  return { read: async () => refuse(), write: async () => refuse(), list: async () => refuse(), stat: async () => refuse() };
}
