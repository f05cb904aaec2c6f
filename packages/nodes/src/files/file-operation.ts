import { z } from "zod";

const path = z.string().min(1).describe("Relative to the directory, with / between the parts.");

/**
 * One change of a file or directory. As JSON Schema it is what a model is asked for; that a path is a
 * good one is judged when the operation is applied, which names the operation that is wrong.
 */
export const FileOperation = z.discriminatedUnion("type", [
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
        }),
      )
      .min(1)
      .describe("Applied in order, each to the result of the one before."),
  }),
  z.strictObject({ type: z.literal("delete_file"), path }),
  z.strictObject({ type: z.literal("move_file"), path, to: path.describe("Where the file goes. Nothing may be there.") }),
  z.strictObject({ type: z.literal("create_directory"), path }),
  z.strictObject({ type: z.literal("delete_directory"), path: path.describe("Deleted with everything in it.") }),
]);
export type FileOperation = z.output<typeof FileOperation>;

/** Changes that are made together, in order: what `applyFileOperations` takes. */
export const FileOperations = z.array(FileOperation);
export type FileOperations = z.output<typeof FileOperations>;
