import { chmod, lstat, mkdir, mkdtemp, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@dad/protocol";
import { FileOperationError, type FileOperationSpot } from "../errors.ts";
import { prefixesOf } from "../guarded-path.ts";
import type { PlannedOperation, Step } from "./plan-file-operations.ts";

/** By this name what a killed process left behind is known. */
const STAGE_PREFIX = ".dad_tmp_";

/** A step, the operation that it belongs to, and (for a write) where its content waits. */
interface StagedStep {
  readonly step: Step;
  readonly spot: FileOperationSpot;
  readonly staged: string;
}

/**
 * Makes planned changes. All new content is on disk before the first change is made, so that a full disk
 * changes nothing; every file is replaced by a rename, so that a reader sees the old or the new content.
 *
 * @throws FileOperationError (`FILE_OPERATION_FAILED`) that says how many changes were made.
 */
export async function writeSteps(root: string, planned: readonly PlannedOperation[], signal: AbortSignal): Promise<void> {
  const stage = await mkdtemp(join(root, STAGE_PREFIX));
  try {
    const steps = planned.flatMap(({ operation: { type, path }, steps }, index) => steps.map((step) => ({ step, spot: { index, type, path } })));
    const staged = steps.map((step, index): StagedStep => ({ ...step, staged: join(stage, String(index)) }));
    for (const step of staged) {
      signal.throwIfAborted();
      await located(step, "Nothing was changed.", () => stageContent(step));
    }
    // From here on it is all or nothing: the signal is not looked at again.
    for (const [made, step] of staged.entries())
      await located(step, `${made} of ${staged.length} changes were made before.`, () => makeStep(root, step));
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function located({ spot }: StagedStep, consequence: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const problem = messageOf(cause);
    throw new FileOperationError("FILE_OPERATION_FAILED", spot, { message: `${problem}. ${consequence}`, cause });
  }
}

async function stageContent({ step, staged }: StagedStep): Promise<void> {
  if (step.type !== "write") return;
  await writeFile(staged, step.content, { flag: "wx" });
  if (step.mode !== undefined) await chmod(staged, step.mode);
}

async function makeStep(root: string, { step, staged }: StagedStep): Promise<void> {
  await assertPlainParents(root, step.path);
  const path = join(root, step.path);
  switch (step.type) {
    case "write":
      return rename(staged, path);
    case "move":
      await assertPlainParents(root, step.to);
      return rename(path, join(root, step.to));
    case "remove":
      return unlink(path);
    case "make_directory":
      return mkdir(path);
    case "remove_directory":
      return rm(path, { recursive: true });
  }
}

/** Looked at again, right before the change: a command of the run may have put a link there since the plan was made. */
async function assertPlainParents(root: string, path: string): Promise<void> {
  for (const parent of prefixesOf(path).slice(0, -1)) {
    const stats = await lstat(join(root, parent));
    if (!stats.isDirectory()) throw new Error(`${JSON.stringify(parent)} has become something else than a directory`);
  }
}
