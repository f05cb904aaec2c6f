import { rmdir } from "node:fs/promises";
import type { StagedChange } from "@dad/protocol";
import { ChangeLeftError } from "../errors.ts";
import { refusalOf } from "../guarded-path.ts";
import { renamed, stagedPaths, type StagedPaths } from "./make-step.ts";
import { stampOf, statsAt } from "./planned-tree.ts";
import { at, clearStage, keptSteps, openProgress, type Progress, type Stage } from "./stage.ts";

type StagedStep = StagedChange["steps"][number];

/** How many changes are still made, and why they cannot be undone. */
export interface NotUndone {
  readonly made: number;
  readonly cause: unknown;
}

/**
 * Undoes the steps that were begun, from the last on. Each is judged by what is there: it may not have been made, or not wholly,
 * or be undone already by somebody who was killed over it.
 */
export async function undoSteps(stage: Stage, steps: readonly StagedStep[], progress: Progress): Promise<NotUndone | undefined> {
  let begun = await progress.get();
  try {
    for (; begun > 0; begun -= 1) {
      await progress.set(begun);
      const step = steps[begun - 1];
      if (step) await undoStep(stage, step, stagedPaths(stage, begun - 1));
    }
    await progress.set(0);
    return undefined;
  } catch (cause) {
    return { made: begun, cause };
  }
}

/**
 * Undoes what an earlier attempt left half made, if there was one.
 *
 * @throws ChangeLeftError (`FILE_CHANGE_LEFT`) when it cannot, StageLeftError (`FILE_STAGE_LEFT`)
 */
export async function undoInterrupted(stage: Stage): Promise<void> {
  if ((await at(stage, stage.name, statsAt)) === undefined) return;
  const left = await undoKept(stage).catch((cause: unknown): NotUndone => ({ made: 0, cause }));
  if (left) throw new ChangeLeftError(stage.name, { cause: left.cause });
  await clearStage(stage, "what an earlier attempt had changed was undone");
}

async function undoKept(stage: Stage): Promise<NotUndone | undefined> {
  const steps = await keptSteps(stage);
  if (steps.length === 0) return undefined;
  // Commands of the run reach the stage, too.
  const refused = steps.find((step) => [step.path, ...(step.type === "move" ? [step.to] : [])].some((path) => refusalOf(path) !== undefined));
  if (refused) throw new Error(`${JSON.stringify(refused.path)} is nothing that file operations change`);
  await using progress = await openProgress(stage);
  return await undoSteps(stage, steps, progress);
}

async function undoStep(stage: Stage, step: StagedStep, { staged, aside }: StagedPaths): Promise<void> {
  switch (step.type) {
    case "write":
      return undoWrite(stage, step, { staged, aside });
    case "move":
      return undoRename(stage, step.path, step.to);
    case "remove":
      return undoRename(stage, step.path, aside);
    case "make_directory":
      if (await isThere(stage, step.path)) await at(stage, step.path, (path) => rmdir(path));
  }
}

async function undoWrite(stage: Stage, { path, stamp }: Extract<StagedStep, { type: "write" }>, { staged, aside }: StagedPaths): Promise<void> {
  if (!(await isThere(stage, staged))) {
    const stats = await at(stage, path, statsAt);
    if (stats === undefined || stampOf(stats) !== stamp) throw changed(path);
    await renamed(stage, path, staged);
  }
  if ((await isThere(stage, aside)) && !(await isThere(stage, path))) await renamed(stage, aside, path);
}

async function undoRename(stage: Stage, path: string, to: string): Promise<void> {
  if (!(await isThere(stage, to))) return;
  if (await isThere(stage, path)) throw changed(path);
  await renamed(stage, to, path);
}

async function isThere(stage: Stage, path: string): Promise<boolean> {
  return (await at(stage, path, statsAt)) !== undefined;
}

function changed(path: string): Error {
  return new Error(`${JSON.stringify(path)} has changed since`);
}
