import { defineNode } from "@dad/agent";
import { z } from "zod";
import { workspaceDirectory } from "../workspace-directory.ts";
import { FolderSettings, Omitted } from "./folder-settings.ts";
import { treeDiagram } from "./tree-diagram.ts";
import { walkFolder } from "./walk-folder.ts";

const count = z.int().nonnegative();

const FolderOutput = z.strictObject({
  /** From the workspace: the same on every machine. */
  directory: z.string(),
  /** A diagram of what is listed. */
  tree: z.string(),
  /** Sorted by path, which is from the directory. */
  files: z.array(z.strictObject({ path: z.string(), bytes: count, content: z.string().optional(), truncated: z.literal(true).optional() })),
  omitted: Omitted,
  /** False when the walk ended at `maxFiles`. */
  complete: z.boolean(),
});

/**
 * Lists a directory of the workspace, with the text of its files if wanted. What `.gitignore` files name
 * is left out, links are not followed, and the result is the same on every machine.
 *
 * Pure: it only reads. Its result depends on what is in the directory.
 *
 * @throws `DIRECTORY_UNUSABLE` for a directory that is missing, outside of the workspace or behind a link.
 */
export const analyzeFolder = defineNode({
  type: "folder_analyzer",
  version: "1",
  effect: "pure",
  settings: FolderSettings,
  output: FolderOutput,
  async execute(context, { settings }) {
    const directory = await workspaceDirectory(context, settings.directory);
    const { entries, files, omitted, complete } = await walkFolder({ directory, settings, signal: context.signal });
    return { directory: directory.relative, tree: treeDiagram(directory.relative, entries), files: [...files], omitted, complete };
  },
});
