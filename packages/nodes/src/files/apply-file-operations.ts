import { defineNode, type NodeContext } from "@dad/agent";
import { type DadError, OutcomeRef } from "@dad/protocol";
import { z } from "zod";
import { FileOperationError, NoOutcomeError } from "../errors.ts";
import { overridden, overridingInput } from "../settings-override.ts";
import { directoryIn, workspaceDirectory, type WorkspaceDirectory } from "../workspace-directory.ts";
import { FileOperations } from "./file-operation.ts";
import { filesDiff } from "./file-patch.ts";
import { ignoredPaths } from "./ignored-paths.ts";
import { netChange, type NetFile } from "./net-change.ts";
import { OperationResult } from "./operation-result.ts";
import type { Plan, PlanRules } from "./plan.ts";
import { type GivenOperation, type PlannedOperation, planOperation, spotOf } from "./plan-file-operations.ts";
import { plannedTree } from "./planned-tree.ts";
import { withRoom } from "./shown-diffs.ts";
import { stageOf } from "./stage.ts";
import { undoInterrupted } from "./undo-steps.ts";
import { type Writing, writeSteps } from "./write-steps.ts";

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
  /** What was committed, when that was asked for and something is not as it was. */
  commit: OutcomeRef.optional(),
});

type FileOperationOutput = z.output<typeof FileOperationOutput>;

/**
 * Looks at and changes files of the workspace: all of the operations, or none, while no other node of the run does so. Each is
 * judged on what the ones before it leave; when one cannot be done, nothing is changed. Missing parent directories are made.
 * Nothing outside of the allowed directories, behind a link or in a `.git` is touched. What changed in the end is kept as the
 * artifact `changes.diff`. What an attempt left half done that was killed is undone first.
 *
 * At its end every run commits its whole workspace to its outcome: nothing has to be staged. `commit` does so now, for a
 * history of steps.
 *
 * Effectful: an edit that was made cannot be made again.
 *
 * @throws `FILE_OPERATION_REFUSED`, `FILE_OPERATION_FAILED`, naming the operation; `DIRECTORY_UNUSABLE`; `FILE_STAGE_LEFT`, `FILE_CHANGE_LEFT`;
 * `RUN_WITHOUT_OUTCOME` for a `commit` in a run without an outcome, before anything is done; and what the outcome throws, after all was done.
 */
export const applyFileOperations = defineNode({
  type: "file_operation",
  version: "2",
  effect: "effectful",
  inputFiles: "none",
  code: "",
  workspace: "confined",
  settings: FileOperationSettings,
  input: overridingInput(FileOperationSettings, {}),
  output: FileOperationOutput,
  async execute(context, work) {
    const settings = overridden(FileOperationSettings, work.settings, work.input);
    if (settings.commit !== undefined && !context.outcome) throw new NoOutcomeError();
    return context.exclusively(() => apply(context, settings));
  },
});

async function apply(context: NodeContext, settings: FileOperationSettings): Promise<FileOperationOutput> {
  const top = await workspaceDirectory(context, ".");
  const stage = stageOf(top.workspace, { runId: context.run.runId, path: context.path });
  await undoInterrupted(stage);
  const directory = await workspaceDirectory(context, settings.directory);
  const rules = await rulesOf(directory, settings, context.signal);
  const writing: Writing = { stage, directory: directory.relative, unchanged: rules.unchanged, signal: context.signal };
  const attempt = settings.mode === "each" ? applyEach : applyAll;
  const { tried, net } = await attempt({ rules, writing }, settings);
  const { diff } = filesDiff(net, "for-git");
  if (diff !== "") await context.record({ name: "changes.diff", data: diff, mediaType: "text/x-diff" });
  const ignored = context.outcome ? await ignoredAmong(directory, tried) : new Set<string>();
  const kept = net.filter(({ path, after }) => after === undefined || !ignored.has(path));
  const commits = settings.commit !== undefined && !settings.dryRun && kept.length > 0;
  const commit = commits ? await context.outcome?.commit(settings.commit ?? "") : undefined;
  const results = withRoom(tried.map((one) => resultOf(one, settings, ignored)));
  const failed = tried.filter((one) => "error" in one).length;
  return { operations: results, failed, dryRun: settings.dryRun, ...(commit ? { commit } : {}) };
}

/** For content that is shown only: what is more is left out of the differences. */
const MOST_SHOWN_BYTES = 16_777_216;

async function rulesOf(directory: WorkspaceDirectory, settings: FileOperationSettings, signal: AbortSignal): Promise<PlanRules> {
  const allowed: string[] = [];
  for (const [index, name] of settings.allowedDirectories.entries()) {
    const { absolute } = await directoryIn(directory, name, { place: `allowedDirectories[${index}]`, top: "the directory of the operations" });
    allowed.push(absolute.slice(directory.absolute.length + 1));
  }
  const unchanged = settings.mode === "each" ? "It changed nothing." : "Nothing was changed.";
  return { root: directory.absolute, allowed, whiteSpace: settings.whitespace, room: { bytes: MOST_SHOWN_BYTES }, unchanged, signal };
}

interface FailedOperation extends GivenOperation {
  readonly error: DadError;
}

type Tried = PlannedOperation | FailedOperation;

interface Attempt {
  readonly tried: readonly Tried[];
  /** What was or would be changed. */
  readonly net: readonly NetFile[];
}

interface Applying {
  readonly rules: PlanRules;
  readonly writing: Writing;
}

async function applyAll({ rules, writing }: Applying, { operations, dryRun }: FileOperationSettings): Promise<Attempt> {
  const plan: Plan = { ...rules, tree: plannedTree(rules.root) };
  const net = netChange();
  const planned: PlannedOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    const one = await planOperation(plan, { operation, index });
    net.add(one.changes ?? []);
    planned.push(one);
  }
  if (!dryRun) await writeSteps(writing, planned);
  return { tried: planned, net: net.files() };
}

async function applyEach({ rules, writing }: Applying, { operations, dryRun }: FileOperationSettings): Promise<Attempt> {
  const tried: Tried[] = [];
  const net = netChange();
  let tree = plannedTree(rules.root);
  for (const [index, operation] of operations.entries()) {
    // What was written is on disk; what was not is in the tree, unless it failed.
    const next = dryRun ? tree.fork() : plannedTree(rules.root);
    try {
      const planned = await planOperation({ ...rules, tree: next }, { operation, index });
      if (!dryRun) await writeSteps(writing, [planned]);
      net.add(planned.changes ?? []);
      tried.push(planned);
      tree = next;
    } catch (error) {
      if (!(error instanceof FileOperationError)) throw error;
      tried.push({ operation, index, error });
    }
  }
  return { tried, net: net.files() };
}

/** Of the files that were written or moved, those that the `.gitignore` files of the workspace keep out of the outcome. */
async function ignoredAmong(directory: WorkspaceDirectory, tried: readonly Tried[]): Promise<ReadonlySet<string>> {
  const changes = tried.flatMap((one) => ("changes" in one ? (one.changes ?? []) : []));
  const written = changes.flatMap((change) => (change.type === "move" ? [change.to] : change.after ? [change.path] : []));
  return ignoredPaths(directory, [...new Set(written)]);
}

function resultOf(tried: Tried, { dryRun }: FileOperationSettings, ignored: ReadonlySet<string>): OperationResult {
  const { type, path } = spotOf(tried);
  if ("error" in tried) return { type, path, status: "failed", problem: tried.error.message };
  const written = (tried.changes ?? []).map((change) => (change.type === "move" ? change.to : change.path));
  const isIgnored = written.length > 0 && written.every((one) => ignored.has(one));
  return { type, path, status: dryRun ? "planned" : "done", ...tried.report, ...(isIgnored ? { ignored: true } : {}) };
}
