import { join } from "node:path";
import type { NodeContext } from "@dad/agent";
import type { WorkspaceDirectory } from "../workspace-directory.ts";
import type { Budget, Findings } from "./budget.ts";
import { fileEntry } from "./file-entry.ts";
import type { ReadSettings, WalkSettings } from "./folder-settings.ts";
import type { Pace } from "./pace.ts";
import type { TreeEntry } from "./tree-diagram.ts";
import { walkFolder } from "./walk-folder.ts";

export interface SurveyOptions extends Pick<NodeContext, "redactor"> {
  readonly directory: WorkspaceDirectory;
  readonly settings: WalkSettings & ReadSettings;
  readonly budget: Budget;
  readonly findings: Findings;
  readonly pace: Pace;
  /** The path by which a file is listed, from its path in the directory. */
  readonly named: (path: string) => string;
}

/** Lists the files of a directory into `findings`, in the order of their paths, with what is to be given of them. */
export async function surveyFolder(options: SurveyOptions): Promise<readonly TreeEntry[]> {
  const { directory, settings, budget, findings, pace, named } = options;
  const entries = await walkFolder({
    directory,
    settings,
    findings,
    pace,
    async take(path) {
      if (budget.files === 0) return "full";
      const entry = await fileEntry(options, { absolute: join(directory.absolute, path), path }, named(path));
      if (!entry) {
        findings.omitted.unreadable += 1;
        return "passed";
      }
      budget.files -= 1;
      findings.files.push(entry);
      return "listed";
    },
  });
  findings.files.sort((left, right) => (left.path < right.path ? -1 : 1));
  return entries;
}

/** What a node may give when it has given nothing yet. */
export function budgetOf(settings: {
  readonly maxFiles: number;
  readonly maxTotalBytes: number;
  readonly maxTotalWords?: number | undefined;
}): Budget {
  return { files: settings.maxFiles, bytes: settings.maxTotalBytes, words: settings.maxTotalWords ?? Infinity };
}

/** Paths from the top of the workspace, or from the directory. */
export function pathsFrom({ relative }: WorkspaceDirectory, { includeRoot }: { readonly includeRoot: boolean }): (path: string) => string {
  return (path) => (includeRoot && relative !== "." ? `${relative}/${path}` : path);
}
