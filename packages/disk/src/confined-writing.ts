import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { rename, rmdir, symlink, unlink } from "node:fs/promises";
import { kindOf } from "./file-content.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";
import { enterOrMake, holdBelow, type HeldDirectory, type HoldRoot, look } from "./held-directory.ts";

/** How the names begin under which files wait that are being written. */
export const WRITING_PREFIX = ".dad_write_";

const WRITE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** What is written to a file, whole or in pieces. */
export type WrittenContent = Uint8Array | AsyncIterable<Uint8Array>;

export interface Writing {
  readonly content: WrittenContent;
  readonly mode?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Something that is not to be missed below a directory: the directories above it are made. */
export interface WrittenPlace {
  readonly hold: HoldRoot;
  readonly above: readonly Buffer[];
  readonly name: Buffer;
}

export function writeFileAt(place: WrittenPlace, { content, mode = 0o666, signal }: Writing): Promise<void> {
  return putAt(place, async (directory, waiting) => {
    await using file = await directory.open(waiting, WRITE_NEW, mode & 0o777);
    await file.writeFile(content, { signal });
  });
}

export function writeLinkAt(place: WrittenPlace, target: Uint8Array): Promise<void> {
  return putAt(place, (directory, waiting) => symlink(Buffer.from(target), directory.at(waiting)));
}

/** Makes something under a name of its own, and puts it in the place of what is there. */
async function putAt({ hold, above, name }: WrittenPlace, make: (directory: HeldDirectory, waiting: Buffer) => Promise<void>): Promise<void> {
  await using directory = await holdBelow(hold, above, enterOrMake);
  if (!directory) throw new ForeignFileRefusal("there is no directory for it");
  const found = await look(directory.at(name));
  if (found?.isDirectory()) throw new ForeignFileRefusal(`it is a ${kindOf(found)}`);
  const waiting = Buffer.from(`${WRITING_PREFIX}${randomUUID()}`);
  try {
    await make(directory, waiting);
    await directory.assertHeld();
    await rename(directory.at(waiting), directory.at(name));
    await directory.assertHeld();
  } catch (error) {
    await unlink(directory.at(waiting)).catch(() => undefined);
    throw error;
  }
}

/** Removes what is no directory. False when there is nothing. */
export async function removeFileIn(directory: HeldDirectory, name: Buffer): Promise<boolean> {
  const found = await look(directory.at(name));
  await directory.assertHeld();
  if (!found) return false;
  if (found.isDirectory()) throw new ForeignFileRefusal(`it is a ${kindOf(found)}`);
  await unlink(directory.at(name));
  return true;
}

const IN_USE: ReadonlySet<unknown> = new Set(["ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR"]);

/** Removes a directory that nothing is in. False when something is, and when there is none. */
export async function removeEmptyIn(directory: HeldDirectory, name: Buffer): Promise<boolean> {
  await directory.assertHeld();
  return rmdir(directory.at(name)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (IN_USE.has(error.code)) return false;
      throw error;
    },
  );
}
