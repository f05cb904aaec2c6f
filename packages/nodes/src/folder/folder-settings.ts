import { z } from "zod";

const count = z.int().nonnegative();

export const FolderSettings = z.strictObject({
  /** In the workspace, from its top. */
  directory: z.string().default("."),
  /** Levels of directories that are listed; 1 is the directory's own entries. */
  maxDepth: z.int().positive().max(128).default(16),
  maxFiles: z.int().positive().default(1000),
  /** Content of one file beyond this many bytes is cut off. */
  maxFileBytes: z.int().positive().default(262_144),
  /** Content of all files together. */
  maxTotalBytes: z.int().nonnegative().default(2_097_152),
  /** Only files that match one of these. Patterns in the form of `.gitignore`, from the directory. Default: all. */
  include: z.array(z.string().min(1)).min(1).optional(),
  /** What is left out besides what `.gitignore` files name, in the same form. */
  exclude: z.array(z.string().min(1)).default(["node_modules/"]),
  content: z.enum(["none", "text"]).default("none"),
  /** Also names that begin with a dot. `.git` is never looked at. */
  includeHidden: z.boolean().default(false),
});

export type FolderSettings = z.output<typeof FolderSettings>;

/** How many entries were left out, by reason. What is in a directory that was left out is not counted. */
export const Omitted = z.strictObject({
  hidden: count,
  /** By `.gitignore` or `exclude`. */
  ignored: count,
  notIncluded: count,
  links: count,
  /** Pipes, sockets, devices. */
  special: count,
  /** Files that are listed, without content because it is not UTF-8 text. */
  binary: count,
  /** Directories that are in the tree, but were not looked into. */
  tooDeep: count,
  /** Files that are listed, without content because `maxTotalBytes` was reached. */
  withoutContent: count,
  unreadable: count,
});

export type Omitted = z.output<typeof Omitted>;
