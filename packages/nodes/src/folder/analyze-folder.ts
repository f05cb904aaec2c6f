import { defineNode } from "@dad/agent";
import { z } from "zod";
import { overridden, overridingInput } from "../settings-override.ts";
import { workspaceDirectory } from "../workspace-directory.ts";
import { noFindings, reportOf } from "./budget.ts";
import { FolderFile, REPORT } from "./folder-output.ts";
import { FolderSettings } from "./folder-settings.ts";
import { paceOf } from "./pace.ts";
import { budgetOf, pathsFrom, surveyFolder } from "./survey-folder.ts";
import { treeDiagram } from "./tree-diagram.ts";

const FolderOutput = z.strictObject({
  /** From the workspace: the same on every machine. */
  directory: z.string(),
  /** A diagram of what is listed. */
  tree: z.string(),
  /** Sorted by path. */
  files: z.array(FolderFile),
  ...REPORT,
});

/**
 * Lists a directory of the workspace, with the text, the first lines or the outline of its files if wanted. What `.gitignore`
 * files name is left out, links are not followed, limits hold exactly, and the result is the same on every machine.
 *
 * Through its input somebody may replace settings.
 *
 * Pure: it only reads. Its result depends on what is in the directory.
 *
 * @throws `DIRECTORY_UNUSABLE` for a directory that is missing, outside of the workspace or behind a link, `FILE_UNUSABLE` for one
 * of `ignoreFiles`.
 */
export const analyzeFolder = defineNode({
  type: "folder_analyzer",
  version: "2",
  effect: "pure",
  inputFiles: "none",
  code: "",
  workspace: "reads",
  settings: FolderSettings,
  input: overridingInput(FolderSettings, {}),
  output: FolderOutput,
  async execute(context, work) {
    const settings = overridden(FolderSettings, work.settings, work.input);
    const pace = paceOf(context.signal);
    context.signal.throwIfAborted();
    const directory = await workspaceDirectory(context, settings.directory);
    const findings = noFindings();
    const named = pathsFrom(directory, settings);
    const { redactor } = context;
    const entries = await surveyFolder({ directory, settings, budget: budgetOf(settings), findings, pace, named, redactor });
    const tree = await treeDiagram(directory.relative, entries, { settings: settings.tree, pace });
    return { directory: directory.relative, tree, files: findings.files, ...reportOf(findings, settings) };
  },
});
