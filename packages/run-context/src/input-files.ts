import { type ArtifactEntry, type Digest, digestOfJson } from "@dad/protocol";
import { inParallel } from "./in-parallel.ts";
import type { RunPorts } from "./run-ports.ts";

/** Where, below the run directory, people and commands find what a run was given from outside. */
export const INPUT_DIRECTORY = "static_inputs";

const INPUTS_PATH = `${INPUT_DIRECTORY}/static_inputs.json`;

/** @throws TypeError for what is not in the directory of inputs, and for what is there twice. */
export function assertInputFiles(files: readonly ArtifactEntry[]): void {
  const wrong = files.find(
    ({ path }, at) => !path.startsWith(`${INPUT_DIRECTORY}/`) || path === INPUTS_PATH || files.slice(0, at).some((file) => file.path === path),
  );
  if (wrong)
    throw new TypeError(`${wrong.path} cannot be an input file: give each one a path of its own in ${INPUT_DIRECTORY}, which is not ${INPUTS_PATH}`);
}

/** How many files are shown at a time. */
const WIDTH = 16;

/** Unlike what nodes record, they have to be there before anything is executed. */
export async function showInputFiles({ view }: RunPorts, files: readonly ArtifactEntry[]): Promise<void> {
  if (view) await inParallel(WIDTH, files, (file) => view.place(file.path, file));
}

/** Those of an earlier run, and in the place of each what is given now under its path. */
export function mergedInputFiles(before: readonly ArtifactEntry[], now: readonly ArtifactEntry[]): readonly ArtifactEntry[] {
  const merged = new Map([...before, ...now].map((file) => [file.path, file]));
  return [...merged.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** The same for the same files under the same names. `undefined` for none. */
export function digestOfInputFiles(files: readonly ArtifactEntry[]): Digest | undefined {
  if (files.length === 0) return undefined;
  return digestOfJson(Object.fromEntries(files.map(({ path, digest }) => [path, digest])));
}
