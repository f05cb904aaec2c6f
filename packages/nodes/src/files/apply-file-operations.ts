import { defineNode, type NodeContext } from "@dad/agent";
import { type DadError, OutcomeRef } from "@dad/protocol";
import { z } from "zod";
import { FileOperationError, NoOutcomeError } from "../errors.ts";
import { overridden, overridingInput } from "../settings-override.ts";
import { workspaceDirectory } from "../workspace-directory.ts";
import { FileOperations } from "./file-operation.ts";
import { OperationResult } from "./operation-result.ts";
import type { Plan, PlanRules } from "./plan.ts";
import { type GivenOperation, type PlannedOperation, planOperation, spotOf } from "./plan-file-operations.ts";
import { plannedTree } from "./planned-tree.ts";
import { withRoom } from "./shown-diffs.ts";
import { writeSteps } from "./write-steps.ts";

const FileOperationSettings = z.strictObject({
  /** In the workspace, from its top. Nothing outside of it is touched. */
  directory: z.string().default("."),
  operations: FileOperations,
  /** From the directory, which is `.`: only what is in one of these is touched or looked at. They have to be there. */
  allowedDirectories: z.array(z.string()).min(1).default(["."]),
  /** `each`: what fails is told in its result, and the others are done all the same. */
  mode: z.enum(["all-or-nothing", "each"]).default("all-or-nothing"),
  /** Tells what would be done, and does not do it. */
  dryRun: z.boolean().default(false),
  /** `lenient`: where nothing is as `find` says, lines are found that differ only in the white space at their ends. */
  whitespace: z.enum(["exact", "lenient"]).default("exact"),
  /** Commits the workspace to the outcome under this message, once something was changed. */
  commit: z.string().min(1).optional(),
});

type FileOperationSettings = z.output<typeof FileOperationSettings>;

const FileOperationOutput = z.strictObject({
  /** One for each operation, in order. */
  operations: z.array(OperationResult),
  /** How many failed: 0, unless `mode` is `each`. */
  failed: z.int().nonnegative(),
  dryRun: z.boolean(),
  /** What was committed, when that was asked for and something was changed. */
  commit: OutcomeRef.optional(),
});

/**
 * Looks at and changes files of the workspace: all of the operations, or none. Each is judged on what the ones before it leave;
 * when one cannot be done, nothing is changed. Missing parent directories are made. Nothing outside of the allowed directories,
 * behind a link or in a `.git` is touched. What changed is kept as the artifact `changes.diff`.
 *
 * At its end every run commits its whole workspace to its outcome: nothing has to be staged. `commit` does so now, for a
 * history of steps.
 *
 * Effectful: an edit that was made cannot be made again.
 *
 * @throws `FILE_OPERATION_REFUSED`, `FILE_OPERATION_FAILED`, naming the operation; `DIRECTORY_UNUSABLE`; `FILE_STAGE_LEFT`; `RUN_WITHOUT_OUTCOME`
 * for a `commit` in a run without an outcome, before anything is done; and what the outcome throws, after all was done.
 */
export const applyFileOperations = defineNode({
  type: "file_operation",
  version: "2",
  effect: "effectful",
  settings: FileOperationSettings,
  input: overridingInput(FileOperationSettings, {}),
  output: FileOperationOutput,
  async execute(context, work) {
    const settings = overridden(FileOperationSettings, work.settings, work.input);
    if (settings.commit !== undefined && !context.outcome) throw new NoOutcomeError();
    const rules = await rulesOf(context, settings);
    const attempt = settings.mode === "each" ? applyEach : applyAll;
    const tried = await attempt(rules, settings, context.signal);
    const done = tried.filter((one) => "steps" in one);
    const diff = done.map(({ report }) => report.diff ?? "").join("");
    if (diff !== "") await context.record({ name: "changes.diff", data: diff, mediaType: "text/x-diff" });
    const changed = !settings.dryRun && done.some(({ steps }) => steps.length > 0);
    const commit = changed && settings.commit !== undefined ? await context.outcome?.commit(settings.commit) : undefined;
    const results = withRoom(tried.map((one) => resultOf(one, settings)));
    return { operations: results, failed: tried.length - done.length, dryRun: settings.dryRun, ...(commit ? { commit } : {}) };
  },
});

async function rulesOf(context: NodeContext, { directory, allowedDirectories, whitespace }: FileOperationSettings): Promise<PlanRules> {
  const { absolute: root } = await workspaceDirectory(context, directory);
  const allowed: string[] = [];
  for (const name of allowedDirectories) {
    const { relative } = await workspaceDirectory({ ...context, workspace: root }, name);
    allowed.push(relative === "." ? "" : relative);
  }
  return { root, allowed, whiteSpace: whitespace };
}

interface FailedOperation extends GivenOperation {
  readonly error: DadError;
}

type Tried = PlannedOperation | FailedOperation;

async function applyAll(rules: PlanRules, { operations, dryRun }: FileOperationSettings, signal: AbortSignal): Promise<readonly Tried[]> {
  const plan: Plan = { ...rules, tree: plannedTree(rules.root) };
  const planned: PlannedOperation[] = [];
  for (const [index, operation] of operations.entries()) planned.push(await planOperation(plan, { operation, index }, signal));
  if (!dryRun) await writeSteps(rules.root, planned, signal);
  return planned;
}

async function applyEach(rules: PlanRules, { operations, dryRun }: FileOperationSettings, signal: AbortSignal): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  let tree = plannedTree(rules.root);
  for (const [index, operation] of operations.entries()) {
    // What was written is on disk; what was not is in the tree, unless it failed.
    const next = dryRun ? tree.fork() : plannedTree(rules.root);
    try {
      const planned = await planOperation({ ...rules, tree: next }, { operation, index }, signal);
      if (!dryRun) await writeSteps(rules.root, [planned], signal);
      tried.push(planned);
      tree = next;
    } catch (error) {
      if (!(error instanceof FileOperationError)) throw error;
      tried.push({ operation, index, error });
    }
  }
  return tried;
}

function resultOf(tried: Tried, { dryRun }: FileOperationSettings): OperationResult {
  const { type, path } = spotOf(tried);
  if ("error" in tried) return { type, path, status: "failed", problem: tried.error.message };
  return { type, path, status: dryRun ? "planned" : "done", ...tried.report };
}
