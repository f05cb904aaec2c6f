import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { assertOutcomePath, type OutcomeFile, OutcomeFailedError, OutcomePathError } from "@dad/outcome";

/** Puts a file into a working tree without following any link that lies there. */
export async function writeTreeFile(root: string, { path, content, executable }: OutcomeFile): Promise<void> {
  const target = await placeFor(root, path);
  const found = await look(target);
  if (found?.isDirectory()) throw new OutcomePathError(path, "it is a directory");
  // A new file instead of the old one: whatever else leads to the old one, a link or an open pipe, is not written through.
  await rm(target, { force: true });
  const handle = await open(target, "wx", executable ? 0o777 : 0o666);
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
}

/** A regular file of a working tree, reached without following a link, or `undefined`. */
export async function readTreeFile(root: string, path: string): Promise<OutcomeFile | undefined> {
  assertOutcomePath(path);
  await assertRoot(root);
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth++) {
    const found = await look(join(root, ...parts.slice(0, depth)));
    if (found?.isSymbolicLink()) throw new OutcomePathError(path, `${parts.slice(0, depth).join("/")} is a link`);
    if (!found?.isDirectory()) return undefined;
  }
  return readRegular(join(root, path), path);
}

async function readRegular(file: string, path: string): Promise<OutcomeFile | undefined> {
  const found = await look(file);
  if (!found?.isFile()) return undefined;
  // Should it be something else by now: neither a link is followed nor a pipe waited for.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    return { path, content: new Uint8Array(await handle.readFile()), executable: (stats.mode & 0o100) !== 0 };
  } finally {
    await handle.close();
  }
}

/** Makes the directories above a file. */
async function placeFor(root: string, path: string): Promise<string> {
  assertOutcomePath(path);
  await assertRoot(root);
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth++) {
    const directory = join(root, ...parts.slice(0, depth));
    const found = await look(directory);
    if (!found) await mkdir(directory).catch(ignoringExisting);
    else if (!found.isDirectory())
      throw new OutcomePathError(path, `${parts.slice(0, depth).join("/")} is ${found.isSymbolicLink() ? "a link" : "a file"}`);
  }
  return join(root, path);
}

/** Two files may be written into the same new directory at once. */
function ignoringExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

/** A command may have taken the working tree away or put a link in its place. */
export async function assertRoot(root: string): Promise<void> {
  if (!(await look(root))?.isDirectory()) throw new OutcomeFailedError("find the working tree", root);
}

/** Whether there is nothing at all where the working tree was. */
export async function isGone(root: string): Promise<boolean> {
  return (await look(root)) === undefined;
}

async function look(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
