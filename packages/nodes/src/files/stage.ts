import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, type NodePath, type RunId, StagedChange } from "@dad/protocol";
import { StageLeftError } from "../errors.ts";
import { STAGE_PREFIX } from "../guarded-path.ts";
import { emptyInPlace, inPlace } from "../open-in-place.ts";
import { nameIn, parentOf, statsAt } from "./planned-tree.ts";

/** A directory at the top of the workspace for what waits and what is put aside: on the same file system as everything that is changed. */
export interface Stage {
  /** Absolute, without links. */
  readonly workspace: string;
  readonly name: string;
}

const IGNORE = ".gitignore";
const STEPS = "steps.json";
const BEGUN = "begun";

/** The same for each attempt of a node, so that one finds what another one that was killed has left. */
export function stageOf(workspace: string, { runId, path }: { readonly runId: RunId; readonly path: NodePath }): Stage {
  const key = createHash("sha256").update(`${runId}:${path}`).digest("hex");
  return { workspace, name: `${STAGE_PREFIX}${key.slice(0, 16)}` };
}

/** What is staged is no part of an outcome: git is told to ignore it before anything is in there. */
export async function makeStage({ workspace, name }: Stage): Promise<void> {
  await inPlace(workspace, (place) => mkdir(join(place, name), { mode: 0o700 }));
  try {
    await inPlace(join(workspace, name), (place) => writeFile(join(place, IGNORE), "*\n", { flag: "wx" }));
  } catch (error) {
    await clearStage({ workspace, name }, "nothing was changed");
    throw error;
  }
}

/** Removes what waited and what was put aside. `consequence`: what became of the changes, for the error. */
export async function clearStage({ workspace, name }: Stage, consequence: string): Promise<void> {
  try {
    await inPlace(join(workspace, name), emptyInPlace);
    await inPlace(workspace, (place) => rmdir(join(place, name)));
  } catch (cause) {
    throw new StageLeftError(name, consequence, { cause });
  }
}

/** Works on what is at a path from the workspace, in its very directory. */
export function at<Result>({ workspace }: Stage, path: string, work: (path: string) => Promise<Result>): Promise<Result> {
  return inPlace(join(workspace, parentOf(path)), (place) => work(join(place, nameIn(path))));
}

/** Says what is about to be done, all of it or nothing. */
export async function keepSteps({ workspace, name }: Stage, steps: StagedChange["steps"]): Promise<void> {
  const text = JSON.stringify({ format: "dad.staged-change/1", steps } satisfies StagedChange);
  await inPlace(join(workspace, name), async (place) => {
    await writeFile(join(place, `${STEPS}.new`), text, { flag: "wx" });
    await rename(join(place, `${STEPS}.new`), join(place, STEPS));
  });
}

/** From here on nobody undoes them. */
export async function forgetSteps({ workspace, name }: Stage): Promise<void> {
  await inPlace(join(workspace, name), (place) => unlink(join(place, STEPS)));
}

/** What somebody was about to do who did not come to the end of it. */
export async function keptSteps({ workspace, name }: Stage): Promise<StagedChange["steps"]> {
  return inPlace(join(workspace, name), async (place) => {
    if ((await statsAt(join(place, STEPS))) === undefined) return [];
    try {
      return StagedChange.parse(JSON.parse(await readFile(join(place, STEPS), "utf8"))).steps;
    } catch (cause) {
      throw new Error(`${name}/${STEPS} is not what was written there: ${messageOf(cause)}`, { cause });
    }
  });
}

/** How many steps were begun: kept as the size of a file, which one call changes wholly or not at all. */
export interface Progress extends AsyncDisposable {
  get(): Promise<number>;
  set(begun: number): Promise<void>;
}

export async function openProgress({ workspace, name }: Stage): Promise<Progress> {
  const file: FileHandle = await inPlace(join(workspace, name), (place) => open(join(place, BEGUN), "a"));
  return {
    get: async () => (await file.stat()).size,
    set: (begun) => file.truncate(begun),
    [Symbol.asyncDispose]: () => file.close(),
  };
}
