import { z } from "zod";
import { OutlineItem } from "./outline/outline-item.ts";

const count = z.int().nonnegative();

export const FolderFile = z.strictObject({
  path: z.string(),
  bytes: count,
  /** Text of the file, or its outline in lines. */
  content: z.string().optional(),
  /** `content` is not all that there is. */
  truncated: z.literal(true).optional(),
  outline: z.array(OutlineItem).optional(),
  /** A language, `text` or `binary`. */
  kind: z.string().optional(),
  lines: count.optional(),
  words: count.optional(),
});
export type FolderFile = z.output<typeof FolderFile>;

/** A file by its name and what is in it. */
export const FoundFile = z.strictObject({
  path: z.string(),
  bytes: count,
  /** The lines where the text begins. */
  foundAt: z.array(z.int().positive()).optional(),
  /** There are more lines. */
  truncated: z.literal(true).optional(),
});
export type FoundFile = z.output<typeof FoundFile>;

/** How many entries were left out, by reason. What is in a directory that was left out is not counted. */
export const Omitted = z.strictObject({
  hidden: count,
  /** By `.gitignore`, `ignoreFiles` or `exclude`. */
  ignored: count,
  notIncluded: count,
  links: count,
  /** Pipes, sockets, devices. */
  special: count,
  /** Files that are listed, without content because it is not UTF-8 text. */
  binary: count,
  /** Directories that are in the tree, but were not looked into. */
  tooDeep: count,
  /** Files that are listed, without content because `maxTotalBytes` or `maxTotalWords` was reached. */
  withoutContent: count,
  /** Files that are listed, without content because there is no outline of their kind. */
  withoutOutline: count,
  unreadable: count,
});
export type Omitted = z.output<typeof Omitted>;

/** A setting that kept something out of the result. */
export const Limit = z.enum(["maxDepth", "maxFileBytes", "maxFiles", "maxTotalBytes", "maxTotalWords", "maxWordsPerFile"]);
export type Limit = z.output<typeof Limit>;

/** Of all files and directories that are listed. */
export const FolderStats = z.strictObject({
  files: count,
  directories: count,
  bytes: count,
  lines: count,
  words: count,
  /** How many files there are of each kind. */
  kinds: z.record(z.string(), count),
});
export type FolderStats = z.output<typeof FolderStats>;

/** What is said of every analysis. */
export const REPORT = {
  omitted: Omitted,
  /** False when the walk ended at `maxFiles`. */
  complete: z.boolean(),
  /** Sorted. */
  reached: z.array(Limit),
  stats: FolderStats.optional(),
};
