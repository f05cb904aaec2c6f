import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { confinedDirectory, type ConfinedDirectory, ForeignFileRefusal } from "@dad/disk";
import { type CaptureRules, DEFAULT_FILE_BYTES } from "./capture-rules.ts";
import { ownNames } from "./own-names.ts";
import { assertOutcomePath, type OutcomeFile, OutcomeFailedError, OutcomePathError } from "@dad/outcome";

/** A directory that commands of a run write in, also at this moment. */
export function treeFiles(root: string): ConfinedDirectory {
  return confinedDirectory({
    root,
    hardLinks: "allow",
    failure: (operation, path, cause) =>
      cause instanceof ForeignFileRefusal
        ? new OutcomePathError(path, cause.message, { cause })
        : new OutcomeFailedError(`${operation} ${path}`, "the working tree", { cause }),
  });
}

/** What is behind a link by now, or has become something else, is not there: what somebody saw a moment ago is gone. */
export async function ifReached<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (error instanceof OutcomePathError && error.cause instanceof ForeignFileRefusal) return undefined;
    throw error;
  });
}

/** Puts a file into a working tree without following any link that lies there. */
export async function writeTreeFile(root: string, { path, content, executable }: OutcomeFile): Promise<void> {
  assertOutcomePath(path);
  await assertRoot(root);
  await treeFiles(root).write(path, content, { mode: executable ? 0o777 : 0o666 });
}

/** A regular file of a working tree, reached without following a link, or `undefined`. */
export async function readTreeFile(root: string, path: string, rules: CaptureRules = {}): Promise<OutcomeFile | undefined> {
  assertOutcomePath(path);
  await assertRoot(root);
  const files = treeFiles(root);
  if ((await files.stat(path))?.kind !== "file") return undefined;
  await using file = await files.open(path);
  if (!file) return undefined;
  await ownNames(files, rules)(path, file.stats);
  return { path, ...(await file.read({ limitBytes: rules.fileBytes ?? DEFAULT_FILE_BYTES })) };
}

/** Removes a working tree, and nothing that links in it lead to. */
export async function removeTree(root: string): Promise<void> {
  await treeFiles(dirname(root)).remove(basename(root));
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
