import type { LargeFileStore } from "@dad/outcome";
import type { KnownSecret } from "@dad/secrets";

/** What becomes part of an outcome of the files that commands of a run leave. */
export interface CaptureRules {
  /** The most bytes of a file. Default: 1 GiB. */
  readonly fileBytes?: number | undefined;
  /** The most bytes of all files together that are new or changed since the last commit. Default: 4 GiB. */
  readonly changedBytes?: number | undefined;
  /**
   * A file that has more than one name: `inside` takes it when all of them are in the working tree, as what is read could else be a
   * file of somebody else; `any` takes it always. Default: `inside`.
   */
  readonly hardLinks?: "inside" | "any" | undefined;
  /** Where files of more than `bytes` (default: 10 MiB) are kept. A commit has pointers to them. Default: commits hold all files. */
  readonly large?: { readonly store: LargeFileStore; readonly bytes?: number | undefined } | undefined;
  /** Whose values never become part of an outcome. Asked whenever something is committed. */
  readonly secrets?: (() => readonly KnownSecret[]) | undefined;
}

export const DEFAULT_FILE_BYTES = 2 ** 30;
export const DEFAULT_CHANGED_BYTES = 2 ** 32;
