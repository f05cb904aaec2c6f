import { defineNode, type NodeContext } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { z } from "zod";
import { plainPath } from "../guarded-path.ts";
import { overridden, overridingInput } from "../settings-override.ts";
import { workspaceDirectory, type WorkspaceDirectory } from "../workspace-directory.ts";
import type { Budget } from "./budget.ts";
import { FolderOperationError } from "./folder-errors.ts";
import { type FolderOperation, FolderOperations } from "./folder-operation.ts";
import { FolderFile, FoundFile, REPORT } from "./folder-output.ts";
import { lookAt } from "./look-at.ts";
import { type Pace, paceOf } from "./pace.ts";

const FolderOperationsSettings = z.strictObject({
  /** In the workspace, from its top. The paths of operations are from here, and nothing outside of it is looked at. */
  directory: z.string().default("."),
  operations: FolderOperations.min(1),
  /** Content that all operations together give. Default: no limit but those of each. */
  maxTotalBytes: z.int().nonnegative().optional(),
  maxTotalWords: z.int().nonnegative().optional(),
  /** Fail with the first operation that fails. Otherwise its result says why, and the others are made. */
  failFast: z.boolean().default(true),
});
type FolderOperationsSettings = z.output<typeof FolderOperationsSettings>;

const FolderOperationResult = z.strictObject({
  type: z.string(),
  /** As it was given. */
  path: z.string(),
  status: z.enum(["completed", "failed"]),
  tree: z.string().optional(),
  /** Of `analyze_file`. */
  file: FolderFile.optional(),
  /** Sorted by path, which is from the directory. */
  files: z.array(z.union([FolderFile, FoundFile])).optional(),
  omitted: REPORT.omitted.optional(),
  complete: REPORT.complete.optional(),
  reached: REPORT.reached.optional(),
  stats: REPORT.stats,
  /** Why it failed: a code, and words for people. */
  code: z.string().optional(),
  problem: z.string().optional(),
});
type FolderOperationResult = z.output<typeof FolderOperationResult>;

const FolderOperationsOutput = z.strictObject({
  /** From the workspace: the same on every machine. */
  directory: z.string(),
  /** How many did not complete: 0, unless `failFast` is false. */
  failed: z.int().nonnegative(),
  /** One for each path of each operation, in order. */
  results: z.array(FolderOperationResult),
});

/**
 * Looks at folders and files of the workspace, one operation after the other: `analyze_folder`, `analyze_file`, `find_files`,
 * `get_structure`, `get_tree_diagram`. What holds for `analyzeFolder` holds for each.
 *
 * Through its input somebody may replace settings.
 *
 * Pure: it only reads. Its result depends on what is in the directory.
 *
 * @throws `FOLDER_OPERATION_FAILED`, naming the operation, for a path that is missing, outside of the directory, behind a link, or
 * not of the right kind; `DIRECTORY_UNUSABLE` for the directory.
 */
export const runFolderOperations = defineNode({
  type: "folder_analyzer",
  version: "2",
  effect: "pure",
  inputFiles: "none",
  code: "",
  workspace: "reads",
  settings: FolderOperationsSettings,
  input: overridingInput(FolderOperationsSettings, {}),
  output: FolderOperationsOutput,
  async execute(context, work) {
    const settings = overridden(FolderOperationsSettings, work.settings, work.input);
    context.signal.throwIfAborted();
    const base = await workspaceDirectory(context, settings.directory);
    const all = {
      context,
      base,
      pace: paceOf(context.signal),
      left: { bytes: settings.maxTotalBytes ?? Infinity, words: settings.maxTotalWords ?? Infinity },
    };
    const results: FolderOperationResult[] = [];
    for (const [index, operation] of settings.operations.entries()) results.push(...(await resultsOf(operation, index, { ...all, settings })));
    return { directory: base.relative, failed: results.filter(({ status }) => status === "failed").length, results };
  },
});

interface All {
  readonly context: NodeContext;
  readonly settings: FolderOperationsSettings;
  readonly base: WorkspaceDirectory;
  readonly pace: Pace;
  /** What all operations together may still give. */
  readonly left: { bytes: number; words: number };
}

async function resultsOf(operation: FolderOperation, index: number, all: All): Promise<readonly FolderOperationResult[]> {
  const given = limitsOf(operation, all);
  const budget = { ...given };
  const results: FolderOperationResult[] = [];
  for (const path of [operation.path].flat()) results.push(await resultOf(operation, { index, path, budget }, all));
  all.left.bytes -= given.bytes - budget.bytes;
  // Without a limit nothing is counted.
  if (given.words !== Infinity) all.left.words -= given.words - budget.words;
  return results;
}

/** What an operation may give. */
function limitsOf(operation: FolderOperation, { left }: All): Budget {
  const files = "maxFiles" in operation ? operation.maxFiles : 1;
  if (!("content" in operation)) return { files, bytes: 0, words: 0 };
  return { files, bytes: Math.min(operation.maxTotalBytes, left.bytes), words: Math.min(operation.maxTotalWords ?? Infinity, left.words) };
}

interface Spot {
  readonly index: number;
  readonly path: string;
  readonly budget: Budget;
}

async function resultOf(operation: FolderOperation, { index, path, budget }: Spot, all: All): Promise<FolderOperationResult> {
  const { type } = operation;
  try {
    const sight = await lookAt({ ...all, operation, path: plainPath(path), budget });
    return { type, path, status: "completed", ...sight };
  } catch (error) {
    if (!DadError.is(error, "DIRECTORY_UNUSABLE") && !DadError.is(error, "FILE_UNUSABLE")) throw error;
    if (all.settings.failFast) throw new FolderOperationError({ index, type, path }, error);
    return { type, path, status: "failed", code: error.code, problem: error.message };
  }
}
