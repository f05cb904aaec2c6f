import { z } from "zod";

const count = z.int().nonnegative();

/** `special`: a pipe, socket or device. Links are named and not followed. */
export const EntryKind = z.enum(["file", "directory", "link", "special"]);
export type EntryKind = z.output<typeof EntryKind>;

const Entry = z.strictObject({ name: z.string(), kind: EntryKind });

const Match = z.strictObject({
  /** From the directory, as paths of operations are. */
  path: z.string(),
  kind: EntryKind,
  /** From 1. Of files whose text was asked for. */
  lines: z.array(count).optional(),
});

const FileInfo = z.strictObject({
  kind: EntryKind,
  /** Of a file. */
  bytes: count.optional(),
  /** Of a file, when it is text. */
  lines: count.optional(),
  /** The permissions in octal digits, such as `644`; not of what the operations make themselves. */
  mode: z.string().optional(),
});

/** What one operation did. Members that its type has nothing to say about are not there. */
export const OperationResult = z.strictObject({
  type: z.string(),
  path: z.string(),
  /** `planned`: it was a dry run. `failed`: see `problem`. */
  status: z.enum(["done", "planned", "failed"]),
  to: z.string().optional(),
  /** Lines of text that were added and removed. */
  added: count.optional(),
  removed: count.optional(),
  /** What it changed, in the form of git, as far as it has room here. The artifact `changes.diff` has what all of them come to. */
  diff: z.string().optional(),
  /** True: a `.gitignore` keeps out of the outcome all that it wrote. */
  ignored: z.boolean().optional(),
  /** Of `list_directory`, by name. */
  entries: z.array(Entry).optional(),
  /** Of `search_files`, by path. */
  matches: z.array(Match).optional(),
  /** Of `get_file_info`. */
  info: FileInfo.optional(),
  /** Of `read_file`. */
  content: z.string().optional(),
  /** Of `list_allowed_directories`. */
  directories: z.array(z.string()).optional(),
  /** False: there is more than is given here. */
  complete: z.boolean().optional(),
  problem: z.string().optional(),
});

export type OperationResult = z.output<typeof OperationResult>;

/** What an operation tells besides which it was and how it ended. */
export type OperationReport = Omit<OperationResult, "type" | "path" | "status" | "problem" | "ignored">;
