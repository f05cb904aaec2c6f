import { z } from "zod";

const path = z.string().min(1).describe("Relative to the directory, with / between the parts.");
const place = path.optional().describe("A directory, like every other path. Default: the directory itself.");

/** What changes files. */
const editing = [
  z.strictObject({
    type: z.literal("create_file"),
    path,
    content: z.string().describe("The whole content."),
    overwrite: z.boolean().optional().describe("Replace the file if there is one. Otherwise that is an error."),
  }),
  z.strictObject({
    type: z.literal("edit_file"),
    path,
    edits: z
      .array(
        z.strictObject({
          find: z.string().min(1).describe("Exact text that occurs exactly once in the file, with its white space."),
          replace: z.string().describe("What stands there instead."),
          all: z.boolean().optional().describe("Replace every occurrence; there may be several."),
        }),
      )
      .min(1)
      .describe("Applied in order, each to the result of the one before."),
  }),
  z.strictObject({ type: z.literal("delete_file"), path }),
  z.strictObject({
    type: z.literal("move_file"),
    path: path.describe("A file, or a directory with everything in it."),
    to: path.describe("Where it goes. Nothing may be there."),
  }),
] as const;

const directories = [
  z.strictObject({ type: z.literal("create_directory"), path }),
  z.strictObject({ type: z.literal("delete_directory"), path: path.describe("Deleted with everything in it.") }),
] as const;

/** What only looks. */
const looking = [
  z.strictObject({ type: z.literal("list_directory"), path: place }),
  z.strictObject({
    type: z.literal("search_files"),
    path: place,
    pattern: z.string().min(1).describe("A part of the names of files and directories, in any case."),
    text: z.string().min(1).optional().describe("Only files that hold this text; tells the lines."),
    exclude: z.array(z.string().min(1)).optional().describe("What is left out, in the form of .gitignore, from the searched directory."),
  }),
  z.strictObject({ type: z.literal("get_file_info"), path: path.describe("A file or directory.") }),
  z.strictObject({ type: z.literal("read_file"), path }),
  z.strictObject({ type: z.literal("list_allowed_directories") }),
] as const;

/**
 * One operation on a file or directory. As JSON Schema it is what a model may be asked for; that a path is a
 * good one is judged when the operation is applied, which names the operation that is wrong.
 */
export const FileOperation = z.discriminatedUnion("type", [...editing, ...directories, ...looking]);
export type FileOperation = z.output<typeof FileOperation>;

/** Operations that are made in order: what `applyFileOperations` takes. */
export const FileOperations = z.array(FileOperation);
export type FileOperations = z.output<typeof FileOperations>;

/** The part of {@link FileOperation} that a model needs to change files; a smaller schema to be asked for. */
export const EditOperation = z.discriminatedUnion("type", editing);
export type EditOperation = z.output<typeof EditOperation>;

/** What to ask a model for, when `applyFileOperations` is to do what it says. */
export const EditOperations = z.array(EditOperation);
export type EditOperations = z.output<typeof EditOperations>;

/** The operation of a type. */
export type OperationOf<Type extends FileOperation["type"]> = Extract<FileOperation, { type: Type }>;
