import { z } from "zod";

const patterns = z.array(z.string().min(1));
/** 16 MiB: results are kept, and read as a whole. */
const LARGEST_TEXT = 16_777_216;
/** A tree of syntax is put together in one go at the end, while others wait. */
const LARGEST_PARSED = 1_048_576;
const words = z.int().nonnegative().optional();

/** Which entries of a directory are listed. */
export const WALKING = {
  /** Levels of directories that are listed; 1 is the directory's own entries. */
  maxDepth: z.int().positive().max(128).default(16),
  maxFiles: z.int().positive().default(1000),
  /** Leave out what the `.gitignore` files from the top of the workspace down say. */
  respectGitignore: z.boolean().default(true),
  /** More files in the form of `.gitignore`, from the top of the workspace. Each speaks for the directory that it is in. */
  ignoreFiles: z.array(z.string().min(1)).default([]),
  /** Only files that match one of these. Patterns in the form of `.gitignore`, from the directory. Default: all. */
  include: patterns.min(1).optional(),
  /** What is left out besides what `.gitignore` files name, in the same form. */
  exclude: patterns.default(["node_modules/"]),
  /** Also names that begin with a dot. `.git` is never looked at. */
  includeHidden: z.boolean().default(false),
};

/** What is given of the content of a file, which is UTF-8 text: UTF-16 is binary data here, as for git. */
export const READING = {
  /**
   * `preview`: the first lines; `structure`: an outline of TypeScript, JavaScript, Python and Markdown, and nothing of other files.
   * A file has its outline twice: as text (`content`), which is what the limits count and what belongs into a prompt, and as data (`outline`).
   */
  content: z.enum(["none", "preview", "text", "structure"]).default("none"),
  /** Lines of a `preview`. Default: 5. */
  previewLines: z.int().positive().optional(),
  /** Of a `structure`: names; with the heads of declarations, which is the default; with what is written about them. */
  detail: z.enum(["basic", "standard", "full"]).optional(),
  /** What is taken out of a `text`: comments and documentation where there can be a `structure`, blank lines everywhere. */
  contentExclusions: z
    .array(z.enum(["comments", "docStrings", "blankLines"]))
    .min(1)
    .optional(),
  /** Content of one file beyond this many bytes is cut off, and not read. At most 1 MiB where the text is parsed. */
  maxFileBytes: z.int().positive().max(LARGEST_TEXT).default(262_144),
  /** Content of all files together. */
  maxTotalBytes: z.int().nonnegative().default(2_097_152),
  /** Words are what stands between white space. Content of one file beyond so many is cut off. Default: no limit. */
  maxWordsPerFile: words,
  maxTotalWords: words,
};

/** Of the diagram. */
export const TreeSettings = z.strictObject({
  /** Levels that are drawn. Default: all that are listed. */
  depth: z.int().positive().optional(),
  files: z.boolean().default(true),
});
export type TreeSettings = z.output<typeof TreeSettings>;

export const PRESENTING = {
  /** Count lines and words and name the kind of each file: each is read to its end. */
  stats: z.boolean().default(false),
  /** Paths from the top of the workspace instead of from the directory. */
  includeRoot: z.boolean().default(false),
};

type Reading = z.output<z.ZodObject<typeof READING>>;

/** Refuses a setting that would do nothing, and files that are too large to parse. */
export function checkReading({ value, issues }: z.core.ParsePayload<Reading>): void {
  const refuse = (name: keyof Reading, message: string) => issues.push({ code: "custom", path: [name], message, input: value });
  if (value.previewLines !== undefined && value.content !== "preview") refuse("previewLines", 'is for content: "preview"');
  if (value.detail !== undefined && value.content !== "structure") refuse("detail", 'is for content: "structure"');
  if (value.contentExclusions && value.content !== "text") refuse("contentExclusions", 'is for content: "text"');
  const isParsed = value.content === "structure" || value.contentExclusions?.some((exclusion) => exclusion !== "blankLines");
  if (isParsed && value.maxFileBytes > LARGEST_PARSED) refuse("maxFileBytes", `is at most ${LARGEST_PARSED} where the text is parsed`);
}

export const FolderSettings = z
  .strictObject({
    /** In the workspace, from its top. */
    directory: z.string().default("."),
    ...WALKING,
    ...READING,
    ...PRESENTING,
    tree: TreeSettings.prefault({}),
  })
  .check(checkReading);
export type FolderSettings = z.output<typeof FolderSettings>;

export type WalkSettings = z.output<z.ZodObject<typeof WALKING>>;
export type ReadSettings = Reading & { readonly stats: boolean };
