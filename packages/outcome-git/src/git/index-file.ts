import { rm } from "node:fs/promises";
import { join } from "node:path";

/** Where the index files are: in the repository, where a command that works in a working tree does not find them. */
const INDEXES = "indexes";

export function indexesOf(directory: string): string {
  return join(directory, INDEXES);
}

export function indexFile(directory: string, name: string): string {
  return join(indexesOf(directory), name);
}

/** Beside the index of a run: the files that its working tree got by `.dadinclude`, each path followed by a NUL. No id of a run has two dots. */
export function includedBy(index: string): string {
  return `${index}..included`;
}

/** A working tree without an index counts as one that was never whole. */
export async function removeIndex(index: string): Promise<void> {
  for (const file of [index, includedBy(index)]) await rm(file, { force: true });
}
