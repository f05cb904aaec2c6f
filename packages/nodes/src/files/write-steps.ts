import { chmod, lstat, writeFile } from "node:fs/promises";
import { messageOf, RelativePath, type StagedChange } from "@dad/protocol";
import { FileOperationError, type FileOperationSpot } from "../errors.ts";
import { assertReady, makeStep, stagedPaths } from "./make-step.ts";
import type { Step } from "./plan.ts";
import { type PlannedOperation, spotOf } from "./plan-file-operations.ts";
import { stampOf } from "./planned-tree.ts";
import { at, clearStage, forgetSteps, keepSteps, makeStage, openProgress, type Progress, type Stage } from "./stage.ts";
import { type NotUndone, undoSteps } from "./undo-steps.ts";

/** A change that is to be made, and the operation that it is a part of. Paths are from the workspace. */
interface SpottedStep {
  readonly step: Step;
  readonly spot: FileOperationSpot;
}

export interface Writing {
  readonly stage: Stage;
  /** Where the paths of the steps are from: from the workspace, which is `.`. */
  readonly directory: string;
  /** What to say when nothing was changed. */
  readonly unchanged: string;
  readonly signal: AbortSignal;
}

/**
 * Makes planned changes. All new content is on disk before the first change is made, so that a full disk changes nothing; every
 * file is replaced by a rename, so that a reader sees the old or the new content. What is taken away is put aside until all is
 * done: when a change fails, those before it are undone; when the process is killed, the next attempt undoes them. No change goes
 * through a link, also when one was put there meanwhile.
 *
 * @throws FileOperationError (`FILE_OPERATION_FAILED`) that says what was changed, if anything was; StageLeftError (`FILE_STAGE_LEFT`)
 */
export async function writeSteps(writing: Writing, planned: readonly PlannedOperation[]): Promise<void> {
  const steps = planned.flatMap((operation) => operation.steps.map((step) => ({ step: fromWorkspace(writing, step), spot: spotOf(operation) })));
  const [first] = steps;
  if (first === undefined) return;
  const { stage, unchanged } = writing;
  await makeStage(stage).catch((cause: unknown) => {
    throw failed(first.spot, cause, unchanged);
  });
  const ready = await makeReady(writing, steps).catch(async (error: unknown) => {
    await clearStage(stage, becauseOf(error));
    throw error;
  });
  await using _progress = ready.progress;
  await makeAll(writing, steps, ready);
  await clearStage(stage, "all changes were made");
}

function fromWorkspace({ directory }: Writing, step: Step): Step {
  const from = (path: string): string => (directory === "." ? path : `${directory}/${path}`);
  return step.type === "move" ? { ...step, path: from(step.path), to: from(step.to) } : { ...step, path: from(step.path) };
}

interface Ready {
  readonly kept: StagedChange["steps"];
  readonly progress: Progress;
}

async function makeReady(writing: Writing, steps: readonly SpottedStep[]): Promise<Ready> {
  const kept = await stageAll(writing, steps);
  return { kept, progress: await openProgress(writing.stage) };
}

async function stageAll({ stage, unchanged, signal }: Writing, steps: readonly SpottedStep[]): Promise<StagedChange["steps"]> {
  const kept: StagedChange["steps"] = [];
  for (const [index, { step, spot }] of steps.entries()) {
    signal.throwIfAborted();
    const stamp = await stageContent(stage, step, stagedPaths(stage, index).staged).catch((cause: unknown) => {
      throw failed(spot, cause, unchanged);
    });
    kept.push(stagedStep(step, stamp));
  }
  return kept;
}

function stagedStep(step: Step, stamp: string): StagedChange["steps"][number] {
  const path = RelativePath.parse(step.path);
  if (step.type === "move") return { type: step.type, path, to: RelativePath.parse(step.to) };
  return step.type === "write" ? { type: step.type, path, stamp } : { type: step.type, path };
}

async function stageContent(stage: Stage, step: Step, staged: string): Promise<string> {
  if (step.type !== "write") return "";
  return at(stage, staged, async (path) => {
    await writeFile(path, step.content, { flag: "wx" });
    if (step.mode !== undefined) await chmod(path, step.mode);
    return stampOf(await lstat(path, { bigint: true }));
  });
}

/** All or nothing: no signal is looked at. */
async function makeAll({ stage, unchanged }: Writing, steps: readonly SpottedStep[], { kept, progress }: Ready): Promise<void> {
  let before = 0;
  try {
    await keepSteps(stage, kept);
    for (const [index, { step }] of steps.entries()) {
      before = index;
      await assertReady(stage, step);
      await progress.set(index + 1);
      await makeStep(stage, step, stagedPaths(stage, index));
    }
    await forgetSteps(stage);
  } catch (cause) {
    const spot = steps[before]?.spot ?? { index: 0, type: "", path: "" };
    const left = await undoSteps(stage, kept, progress);
    if (left) throw failed(spot, cause, `${halfMade(before, left)}. What they took away is in ${JSON.stringify(stage.name)}.`);
    await clearStage(stage, becauseOf(cause));
    throw failed(spot, cause, unchanged);
  }
}

function halfMade(before: number, { made, cause }: NotUndone): string {
  return `Of ${before} changes before it ${Math.min(before, made)} are made, and could not be undone: ${messageOf(cause)}`;
}

function becauseOf(error: unknown): string {
  return `nothing was changed (${messageOf(error)})`;
}

function failed(spot: FileOperationSpot, cause: unknown, consequence: string): FileOperationError {
  return new FileOperationError("FILE_OPERATION_FAILED", spot, { message: `${messageOf(cause)}. ${consequence}`, cause });
}
