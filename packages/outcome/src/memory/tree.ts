import { createHash } from "node:crypto";
import { OutcomePathError } from "../errors.ts";
import { assertOutcomePath } from "../outcome-path.ts";
import type { OutcomeChange, OutcomeFile } from "../outcome-repository.ts";

/** Files by their paths. */
export type Tree = ReadonlyMap<string, OutcomeFile>;

/** @throws OutcomePathError (`OUTCOME_PATH_INVALID`). */
export function treeOf(files: readonly OutcomeFile[]): Tree {
  const tree = new Map<string, OutcomeFile>();
  for (const file of files) put(tree, file);
  return tree;
}

/** @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for what is no path, and where a directory, or a file on the way, is in it. */
export function put(files: Map<string, OutcomeFile>, file: OutcomeFile): void {
  assertOutcomePath(file.path);
  for (const path of files.keys()) {
    if (path.startsWith(`${file.path}/`)) throw new OutcomePathError(file.path, "it is a directory");
    if (file.path.startsWith(`${path}/`)) throw new OutcomePathError(file.path, `${path} is a file`);
  }
  files.set(file.path, copyOf(file));
}

export function copyOf({ path, content, executable }: OutcomeFile): OutcomeFile {
  return { path, content: Uint8Array.from(content), executable };
}

/** What changed from one to the other. Sorted by path. */
export function changesBetween(before: Tree, after: Tree): OutcomeChange[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].toSorted().flatMap((path) => {
    const kind = changeOf(before.get(path), after.get(path));
    return kind ? [{ path, kind }] : [];
  });
}

function changeOf(before: OutcomeFile | undefined, after: OutcomeFile | undefined): OutcomeChange["kind"] | undefined {
  if (!after) return "deleted";
  if (!before) return "added";
  return sameFile(before, after) ? undefined : "modified";
}

/** Whether both are there with the same bytes and the same mode, or neither is. */
export function sameFile(one: OutcomeFile | undefined, other: OutcomeFile | undefined): boolean {
  if (!one || !other) return one === other;
  return one.executable === other.executable && Buffer.from(one.content).equals(other.content);
}

/** Names the files of a tree: the same for the same paths, modes and contents. */
export function digestOf(tree: Tree): string {
  const hash = createHash("sha256");
  for (const [path, { executable, content }] of [...tree].toSorted(byPath))
    hash.update(`${path}\0${executable}\0${content.byteLength}\0`).update(content);
  return hash.digest("hex");
}

export function byPath([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
