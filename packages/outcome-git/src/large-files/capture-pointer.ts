import type { ConfinedContent, ConfinedDirectory } from "@dad/disk";
import { isPointerPath, OutcomePathError } from "@dad/outcome";
import type { CapturedEntry, LinkRule } from "../tree/captured-entry.ts";
import { blobId, type CommitWriter } from "../git/fast-import.ts";
import { fileOf, type PointerEntry, pointerOf, type Pointers } from "./large-files.ts";
import { bytesOf, shown } from "../git/tree-path.ts";

/** A commit that is being written, and its pointers. Paths have one character a byte. */
export interface PointerWriting {
  readonly files: ConfinedDirectory;
  readonly writer: CommitWriter;
  readonly links: LinkRule;
  /** By which ids in trees are made. */
  readonly algorithm: string;
  /** What the commit has at the paths that were captured. */
  readonly entries: Map<string, CapturedEntry>;
  /** Those of the tree before, by the paths of their files. */
  readonly pointers: Pointers;
  /** Those that are new and ours. */
  readonly left: Pointers;
  /** Those that are new, or gone. */
  readonly changed: Map<string, PointerEntry | undefined>;
  /** Files that are what their pointers say. */
  readonly unchanged: Set<string>;
}

/** With the path of each file that of its pointer, after it, and the other way round: one of the two is in a commit. */
export function withPointers(paths: Iterable<string>, pointers: Pointers): Set<string> {
  const all = new Set<string>();
  for (const path of paths)
    for (const one of [path, fileOf(path), pointers.has(path) ? pointerOf(path) : undefined]) if (one !== undefined) all.add(one);
  return all;
}

/**
 * Captures what is in the place of a pointer, after its file. A pointer stays as long as there is no such file, and goes with it, or when
 * that is small by now. Nobody else writes any.
 *
 * @returns false for what is to be captured like every other file.
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for a file of such a name that is none.
 */
export async function capturePointer(writing: PointerWriting, path: string, { stats, content }: ConfinedContent): Promise<boolean> {
  if (!isPointerPath(path)) return false;
  const { files, writer, links, entries, changed } = writing;
  const file = fileOf(path) ?? "";
  const known = writing.pointers.get(file);
  const isThere = stats?.kind === "file" || stats?.kind === "link";
  const object = isThere && content !== undefined ? blobId(content, writing.algorithm) : undefined;
  const own = [known, writing.left.get(file)].find((entry) => entry !== undefined && entry.object === object);
  if (isThere && !own) {
    if (links === "all") return false;
    throw new OutcomePathError(
      shown(path),
      "the names that end in .dad-artifact are those of pointers to large files: give it another name, or remove it",
    );
  }
  const isLarge = changed.get(file) !== undefined || writing.unchanged.has(file);
  const isAlone = !isLarge && entries.get(file) === undefined;
  if (own && !isAlone) await files.removeFile(bytesOf(path));
  if (isLarge || (own && isAlone && own === known)) return true;
  if (own && isAlone && content) {
    entries.set(path, { mode: "100644", object: await writer.put(path, "100644", content) });
  } else {
    await writer.remove(path);
    entries.set(path, undefined);
  }
  changed.set(file, isAlone ? own : undefined);
  return true;
}
