import { copyFile, link, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { directoryStamp } from "./directory-stamp.ts";
import type { Step } from "./plan.ts";
import { stampOf, statsAt } from "./planned-tree.ts";
import { at, type Stage } from "./stage.ts";

/** What a step has in the stage: paths from the workspace. */
export interface StagedPaths {
  /** The new content, before it is put in its place. */
  readonly staged: string;
  /** What was there. */
  readonly aside: string;
}

export function stagedPaths({ name }: Stage, index: number): StagedPaths {
  return { staged: `${name}/${index}`, aside: `${name}/${index}-old` };
}

/** Whether all is there, and not there, that one change needs. */
export async function assertReady(stage: Stage, step: Step): Promise<void> {
  if (step.type === "move") await assertStill(stage, step.to, "absent");
  if (step.type === "make_directory") await assertStill(stage, step.path, "absent");
  if (step.type === "write" && step.was !== undefined) await assertStill(stage, step.path, step.was);
}

/**
 * Makes one change. What is taken away is looked at once more when nobody reaches it any more: what another one has changed
 * meanwhile is an error, and undoing the step brings it back.
 */
export async function makeStep(stage: Stage, step: Step, { staged, aside }: StagedPaths): Promise<void> {
  switch (step.type) {
    case "write":
      return replace(stage, step, { staged, aside });
    case "move":
      await renamed(stage, step.path, step.to);
      return assertUnchanged(stage, step, step.to);
    case "remove":
      await renamed(stage, step.path, aside);
      return assertUnchanged(stage, step, aside);
    case "make_directory":
      return at(stage, step.path, (path) => mkdir(path));
  }
}

async function replace(stage: Stage, { path, was }: Extract<Step, { type: "write" }>, { staged, aside }: StagedPaths): Promise<void> {
  const there = await at(stage, path, statsAt);
  if (there === undefined) return renamed(stage, staged, path);
  // A second name for the old content: its place is never empty.
  const linked = await at(stage, path, (from) => at(stage, aside, (to) => linkOrCopy(from, to)));
  const now = await at(stage, linked ? aside : path, statsAt);
  assertSame(path, now && stampOf(now), was ?? stampOf(there));
  await renamed(stage, staged, path);
  // Somebody may have written to the old file until its name was gone.
  const old = linked ? await at(stage, aside, statsAt) : now;
  assertSame(path, old && stampOf(old), was ?? stampOf(there));
}

async function linkOrCopy(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch {
    await copyFile(from, to);
    return false;
  }
}

async function assertStill(stage: Stage, path: string, was: string): Promise<void> {
  const stats = await at(stage, path, statsAt);
  assertSame(path, stats === undefined ? "absent" : stampOf(stats), was);
}

/** Of what is now elsewhere. */
async function assertUnchanged(stage: Stage, { path, was }: Extract<Step, { was?: string }>, place: string): Promise<void> {
  if (was === undefined) return;
  const stats = await at(stage, place, statsAt);
  const now = stats?.isDirectory() ? await directoryStamp(join(stage.workspace, place)) : stats && stampOf(stats);
  assertSame(path, now, was);
}

/** Another process, such as a command of the run, may have been there since the plan was made. */
function assertSame(path: string, now: string | undefined, was: string): void {
  if (now !== was) throw new Error(`${JSON.stringify(path)} has changed since it was looked at`);
}

export function renamed(stage: Stage, from: string, to: string): Promise<void> {
  return at(stage, from, (source) => at(stage, to, (target) => rename(source, target)));
}
