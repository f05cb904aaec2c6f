import type { Stats } from "node:fs";
import { lstat, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { ForeignFileRefusal, foreignFiles } from "@dad/disk";
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

/** A larger file is for git alone: nobody wants it in memory. */
const LARGEST_READ = 1_073_741_824;

const { readInside } = foreignFiles((operation, path, cause) =>
  cause instanceof ForeignFileRefusal
    ? new OutcomePathError(path, cause.message, { cause })
    : new OutcomeFailedError(`${operation} ${path}`, "the working tree", { cause }),
);

/** A regular file of a working tree, reached without following a link, or `undefined`. */
export async function readTreeFile(root: string, path: string): Promise<OutcomeFile | undefined> {
  assertOutcomePath(path);
  await assertRoot(root);
  const found = await readInside(root, path, { limitBytes: LARGEST_READ });
  return found && { path, ...found };
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
