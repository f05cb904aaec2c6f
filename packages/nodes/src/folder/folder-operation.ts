import { z } from "zod";
import { checkReading, PRESENTING, READING, TreeSettings, WALKING } from "./folder-settings.ts";

const path = z.string().min(1).describe("Relative to the directory, with / between the parts; `.` is the directory itself.");
const paths = z.union([path, z.array(path).min(1)]).describe("One path, or several: each has a result of its own.");
const { includeRoot } = PRESENTING;
const tree = z.union([z.boolean(), TreeSettings]).default(false).describe("Also draw a diagram: true, or how.");

/** One look at folders or files. Limits hold for all paths of an operation together. */
export const FolderOperation = z.discriminatedUnion("type", [
  z
    .strictObject({ type: z.literal("analyze_folder"), path: paths, ...WALKING, ...READING, ...PRESENTING, tree })
    .check(checkReading)
    .describe("Lists the files of a folder, with content where that is asked for."),
  z
    .strictObject({ type: z.literal("analyze_file"), path: paths, ...READING, ...PRESENTING })
    .check(checkReading)
    .describe("Gives one file, with content where that is asked for, also when a .gitignore names it."),
  z
    .strictObject({
      type: z.literal("find_files"),
      path: paths,
      ...WALKING,
      text: z.string().min(1).optional().describe("Only files whose text contains exactly this; with the lines where it begins."),
      includeRoot,
    })
    .describe("Finds files by their names (`include`, in the form of .gitignore) and by what is in them."),
  z
    .strictObject({ type: z.literal("get_structure"), path: paths, ...WALKING, ...PRESENTING, tree: TreeSettings.prefault({}) })
    .describe("Lists the files of a folder and draws it, without content. Of a file: that file."),
  z
    .strictObject({ type: z.literal("get_tree_diagram"), path: paths, ...WALKING, tree: TreeSettings.prefault({}) })
    .describe("Draws a folder, and nothing else."),
]);
export type FolderOperation = z.output<typeof FolderOperation>;
export type FolderOperationType = FolderOperation["type"];
export type OperationOf<Type extends FolderOperationType> = Extract<FolderOperation, { readonly type: Type }>;

/** Looks in order: what `runFolderOperations` takes. */
export const FolderOperations = z.array(FolderOperation);
export type FolderOperations = z.output<typeof FolderOperations>;
