import { lstat, mkdir, open, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OutcomeFailedError } from "../errors.ts";
import { isGitDirectory } from "../outcome-path.ts";
import type { OutcomeFile } from "../outcome-repository.ts";

/** What there is in a directory, apart from what never becomes part of an outcome: repositories' own settings, devices, sockets. */
export interface WorkTree {
  readonly files: ReadonlyMap<string, OutcomeFile>;
  /** The paths of its links, none of which was followed. */
  readonly links: readonly string[];
}

/** @throws OutcomeFailedError (`OUTCOME_FAILED`), also when there is no such directory. */
export async function readWorkTree(root: string): Promise<WorkTree> {
  const files = new Map<string, OutcomeFile>();
  const links: string[] = [];
  const readDirectory = async (above: string): Promise<void> => {
    const entries = await readdir(join(root, above), { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = above === "" ? entry.name : `${above}/${entry.name}`;
      if (isGitDirectory(entry.name)) continue;
      if (entry.isDirectory()) await readDirectory(path);
      else if (entry.isSymbolicLink()) links.push(path);
      else if (entry.isFile()) files.set(path, await readOne(root, path));
    }
  };
  await inTree("read the files", root, () => readDirectory(""));
  return { files, links };
}

async function readOne(root: string, path: string): Promise<OutcomeFile> {
  const file = join(root, path);
  const { mode } = await lstat(file);
  return { path, content: new Uint8Array(await readFile(file)), executable: (mode & 0o111) !== 0 };
}

/** Makes a directory with these files in it, and nothing else. @throws OutcomeFailedError (`OUTCOME_FAILED`), also when it is there already. */
export async function makeWorkTree(root: string, files: Iterable<OutcomeFile>): Promise<void> {
  await inTree("make the working tree", root, async () => {
    await mkdir(dirname(root), { recursive: true });
    await mkdir(root);
    for (const file of files) await writeOne(root, file);
  });
}

/** Puts a file there, whose way must not lead through links. @throws OutcomeFailedError (`OUTCOME_FAILED`). */
export async function writeWorkFile(root: string, file: OutcomeFile): Promise<void> {
  await inTree(`write ${file.path}`, root, () => writeOne(root, file));
}

async function writeOne(root: string, { path, content, executable }: OutcomeFile): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  // A new file instead of the old one: it gets its own mode, and whoever has the old one open keeps that.
  await rm(target, { force: true });
  await using handle = await open(target, "wx", executable ? 0o777 : 0o666);
  await handle.writeFile(content);
}

/** Takes a file away, and the directories that have nothing in them then. @throws OutcomeFailedError (`OUTCOME_FAILED`). */
export async function removeWorkFile(root: string, path: string): Promise<void> {
  await inTree(`remove ${path}`, root, async () => {
    await rm(join(root, path), { force: true });
    for (let above = dirname(path); above !== "."; above = dirname(above)) if (!(await removeWhenEmpty(join(root, above)))) return;
  });
}

async function removeWhenEmpty(directory: string): Promise<boolean> {
  return rmdir(directory).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOTEMPTY" || error.code === "EEXIST") return false;
      throw error;
    },
  );
}

/** @throws OutcomeFailedError (`OUTCOME_FAILED`). */
export async function removeWorkTree(root: string): Promise<void> {
  await inTree("remove the working tree", root, () => rm(root, { recursive: true, force: true }));
}

async function inTree<Result>(action: string, root: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new OutcomeFailedError(action, root, { cause });
  }
}
