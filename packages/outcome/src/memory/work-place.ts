import { OutcomePathError } from "../errors.ts";
import type { OutcomeFile, RunOutcome } from "../outcome-repository.ts";
import { copyOf, put, type Tree, treeOf } from "./tree.ts";
import type { PathChange } from "./bring.ts";
import { makeWorkTree, readWorkTree, removeWorkFile, removeWorkTree, type WorkTree, writeWorkFile } from "./work-tree.ts";

/** Where a run works on its files. */
export interface WorkPlace extends Pick<RunOutcome, "directory" | "write" | "read"> {
  /** What can be committed. @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for what cannot. */
  tree(): Promise<Tree>;
  /** All that there is, also what cannot be committed. */
  look(): Promise<WorkTree>;
  /** Makes changes with which nothing is in the way. */
  change(changes: readonly PathChange[]): Promise<void>;
  /** Takes the place away, and gives what it had. */
  close(): Promise<Map<string, OutcomeFile>>;
}

export function placeInMemory(files: Map<string, OutcomeFile>): WorkPlace {
  return {
    directory: undefined,
    async write(file) {
      put(files, file);
    },
    async read(path) {
      const file = files.get(path);
      return file && copyOf(file);
    },
    tree: async () => new Map(files),
    look: async () => ({ files, links: [] }),
    async change(changes) {
      for (const { path } of changes) files.delete(path);
      for (const { file } of changes) if (file) put(files, file);
    },
    close: async () => files,
  };
}

/** Makes the directory. @throws OutcomeFailedError (`OUTCOME_FAILED`). */
export async function openPlaceInDirectory(directory: string, files: Iterable<OutcomeFile>): Promise<WorkPlace> {
  await makeWorkTree(directory, files);
  return {
    directory,
    async write(file) {
      const found = await readWorkTree(directory);
      put(new Map(found.files), file);
      assertNoLink(file.path, found.links);
      await writeWorkFile(directory, file);
    },
    async read(path) {
      const { files: found, links } = await readWorkTree(directory);
      if (!links.includes(path)) assertNoLink(path, links);
      return found.get(path);
    },
    async tree() {
      const { files: found, links } = await readWorkTree(directory);
      if (links[0] !== undefined) throw new OutcomePathError(links[0], "it is a link, and an outcome in memory keeps none");
      return treeOf([...found.values()]);
    },
    look: () => readWorkTree(directory),
    async change(changes) {
      // What goes may be a file where a directory is to be, and the other way round.
      for (const { path, file } of changes) if (!file) await removeWorkFile(directory, path);
      for (const { file } of changes) if (file) await writeWorkFile(directory, file);
    },
    async close() {
      try {
        return new Map((await readWorkTree(directory)).files);
      } finally {
        await removeWorkTree(directory);
      }
    },
  };
}

function assertNoLink(path: string, links: readonly string[]): void {
  const link = links.find((candidate) => path === candidate || path.startsWith(`${candidate}/`));
  if (link !== undefined) throw new OutcomePathError(path, `${link} is a link`);
}
