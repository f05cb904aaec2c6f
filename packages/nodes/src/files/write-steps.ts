import { chmod, copyFile, link, mkdir, mkdtemp, rename, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf } from "@dad/protocol";
import { FileOperationError, type FileOperationSpot, StageLeftError } from "../errors.ts";
import { emptyInPlace, inPlace } from "../open-in-place.ts";
import { NOTHING_CHANGED, type PlannedOperation, spotOf } from "./plan-file-operations.ts";
import type { Step } from "./plan.ts";
import { nameIn, parentOf, stampOf, statsAt } from "./planned-tree.ts";

/** By this name what a killed process left behind is known. */
const STAGE_PREFIX = ".dad_tmp_";

/** A step, the operation that it belongs to, and where what it needs waits: new content, and what it takes away. Paths are from the root. */
interface StagedStep {
  readonly step: Step;
  readonly spot: FileOperationSpot;
  readonly staged: string;
  readonly aside: string;
}

type Undo = () => Promise<void>;

/**
 * Makes planned changes. All new content is on disk before the first change is made, so that a full disk changes nothing; every
 * file is replaced by a rename, so that a reader sees the old or the new content. What is taken away is put aside until all is
 * done: when a change fails, those before it are undone. No change goes through a link, also when one was put there meanwhile.
 *
 * @throws FileOperationError (`FILE_OPERATION_FAILED`) that says what was changed, if anything was.
 */
export async function writeSteps(root: string, planned: readonly PlannedOperation[], signal: AbortSignal): Promise<void> {
  const first = planned.find(({ steps }) => steps.length > 0);
  if (first === undefined) return;
  const stage = await inPlace(root, async (place) => basename(await mkdtemp(join(place, STAGE_PREFIX)))).catch((cause: unknown) => {
    throw failed(spotOf(first), cause, NOTHING_CHANGED);
  });
  const steps = stagedSteps(planned, stage);
  try {
    await stageAll(root, steps, signal);
  } catch (error) {
    await clear(root, stage, error);
    throw error;
  }
  await makeAll(root, steps, stage);
  await clear(root, stage);
}

function stagedSteps(planned: readonly PlannedOperation[], stage: string): readonly StagedStep[] {
  const steps = planned.flatMap((operation) => operation.steps.map((step) => ({ step, spot: spotOf(operation) })));
  return steps.map((step, index) => ({ ...step, staged: `${stage}/${index}`, aside: `${stage}/${index}-old` }));
}

async function stageAll(root: string, steps: readonly StagedStep[], signal: AbortSignal): Promise<void> {
  for (const { step, spot, staged } of steps) {
    signal.throwIfAborted();
    await stageContent(root, step, staged).catch((cause: unknown) => {
      throw failed(spot, cause, NOTHING_CHANGED);
    });
  }
}

/** All or nothing: no signal is looked at. */
async function makeAll(root: string, steps: readonly StagedStep[], stage: string): Promise<void> {
  const made: Undo[] = [];
  for (const step of steps) {
    try {
      made.push(await makeStep(root, step));
    } catch (cause) {
      const left = await undoAll(made);
      if (left !== undefined) throw failed(step.spot, cause, `${left}. What they took away is in ${JSON.stringify(stage)}.`);
      await clear(root, stage, cause);
      throw failed(step.spot, cause, NOTHING_CHANGED);
    }
  }
}

function failed(spot: FileOperationSpot, cause: unknown, consequence: string): FileOperationError {
  return new FileOperationError("FILE_OPERATION_FAILED", spot, { message: `${messageOf(cause)}. ${consequence}`, cause });
}

/** Says what could not be undone, if anything. */
async function undoAll(made: readonly Undo[]): Promise<string | undefined> {
  for (const [undone, undo] of made.toReversed().entries()) {
    try {
      await undo();
    } catch (error) {
      return `Of ${made.length} changes before it ${made.length - undone} are made, and could not be undone: ${messageOf(error)}`;
    }
  }
  return undefined;
}

/** Removes what waited and what was put aside. `error`: why it is not needed any more, when it failed. */
async function clear(root: string, stage: string, error?: unknown): Promise<void> {
  try {
    await inPlace(join(root, stage), emptyInPlace);
    await inPlace(root, (place) => rmdir(join(place, stage)));
  } catch (cause) {
    throw new StageLeftError(stage, error === undefined ? "all changes were made" : `nothing was changed (${messageOf(error)})`, { cause });
  }
}

async function stageContent(root: string, step: Step, staged: string): Promise<void> {
  if (step.type !== "write") return;
  await at(root, staged, async (path) => {
    await writeFile(path, step.content, { flag: "wx" });
    if (step.mode !== undefined) await chmod(path, step.mode);
  });
}

/** Gives what undoes it. */
async function makeStep(root: string, { step, staged, aside }: StagedStep): Promise<Undo> {
  switch (step.type) {
    case "write":
      return replace(root, { ...step, staged, aside });
    case "move":
      await assertStill(root, step.to, "absent");
      return renamed(root, step.path, step.to);
    case "remove":
      await assertStill(root, step.path, step.was);
      return renamed(root, step.path, aside);
    case "make_directory":
      break;
  }
  await at(root, step.path, (path) => mkdir(path));
  return () => at(root, step.path, (path) => rmdir(path));
}

interface Replacing extends Extract<Step, { type: "write" }> {
  readonly staged: string;
  readonly aside: string;
}

async function replace(root: string, { path, staged, aside, was }: Replacing): Promise<Undo> {
  await assertStill(root, path, was);
  const there = await at(root, path, statsAt);
  if (there === undefined) return renamed(root, staged, path);
  // A second name for the old content: its place is never empty.
  await at(root, path, (from) => at(root, aside, (to) => link(from, to).catch(() => copyFile(from, to))));
  await renamed(root, staged, path);
  return async () => void (await renamed(root, aside, path));
}

async function renamed(root: string, from: string, to: string): Promise<Undo> {
  const go = (a: string, b: string): Promise<void> => at(root, a, (source) => at(root, b, (target) => rename(source, target)));
  await go(from, to);
  return () => go(to, from);
}

/** Another node, or a command of the run, may have been there since the plan was made. */
async function assertStill(root: string, path: string, was: string | undefined): Promise<void> {
  if (was === undefined) return;
  const stats = await at(root, path, statsAt);
  const now = stats === undefined ? "absent" : stampOf(stats);
  if (now !== was) throw new Error(`${JSON.stringify(path)} has changed since it was looked at`);
}

/** Works on what is at a path, in its very directory. */
function at<Result>(root: string, path: string, work: (path: string) => Promise<Result>): Promise<Result> {
  return inPlace(join(root, parentOf(path)), (place) => work(join(place, nameIn(path))));
}
