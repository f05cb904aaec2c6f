import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { join, sep } from "node:path";

/** Why a file is not read, although the disk might give it. */
export class ForeignFileRefusal extends Error {
  override readonly name = "ForeignFileRefusal";
}

/** What is to be opened: the parts of a path below a directory. */
export interface WayInside {
  readonly root: string;
  readonly parts: readonly string[];
  readonly flags: number;
}

// Windows has neither of the two.
const NO_LINK = constants.O_NOFOLLOW ?? 0;
const DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | NO_LINK;

/** Where the kernel shows the open files of this process: what is opened below one of them is opened from it. */
const DESCRIPTORS = "/proc/self/fd";

/**
 * Opens a regular file below a directory without following a link: neither in the place of the directory nor below it.
 *
 * @returns `undefined` when there is no regular file.
 * @throws ForeignFileRefusal where a link leads on; TypeError when a part of the way is no name.
 */
export async function openInside(way: WayInside): Promise<FileHandle | undefined> {
  if (way.parts.length === 0 || !way.parts.every(isName))
    throw new TypeError(`${JSON.stringify(way.parts.join("/"))} is no path of something below a directory`);
  return (await look(DESCRIPTORS)) ? openFromDescriptors(way) : openByNames(way);
}

function isName(part: string): boolean {
  return part !== "" && part !== "." && part !== ".." && !part.includes("/") && !part.includes(sep) && !part.includes("\0");
}

/** Each directory is opened from the one above it, which stays the same whatever its name means by now. */
async function openFromDescriptors({ root, parts, flags }: WayInside): Promise<FileHandle | undefined> {
  if (!isOnTheWay(await look(root), [])) return undefined;
  let directory = await open(root, DIRECTORY);
  try {
    for (const [depth, part] of parts.entries()) {
      const place = `${DESCRIPTORS}/${directory.fd}/${part}`;
      const found = await look(place);
      if (depth === parts.length - 1) return found?.isFile() ? await open(place, flags | NO_LINK) : undefined;
      if (!isOnTheWay(found, parts.slice(0, depth + 1))) return undefined;
      const next = await open(place, DIRECTORY);
      await directory.close();
      directory = next;
    }
    return undefined;
  } finally {
    await directory.close();
  }
}

/** Exported for its tests: where there are descriptors, nothing else calls it. */
export async function openByNames({ root, parts, flags }: WayInside): Promise<FileHandle | undefined> {
  const before = await lookAlong(root, parts);
  if (!before?.at(-1)?.isFile()) return undefined;
  const file = await open(join(root, ...parts), flags | NO_LINK);
  try {
    const opened = await file.stat({ bigint: true });
    const after = await lookAlong(root, parts);
    if (!after?.every((stats, index) => isSame(stats, before[index])) || !isSame(opened, after.at(-1)))
      throw new ForeignFileRefusal("its place became another one while it was opened");
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The directory and everything on the way down. `undefined` when the way ends before. */
async function lookAlong(root: string, parts: readonly string[]): Promise<BigIntStats[] | undefined> {
  const seen: BigIntStats[] = [];
  for (let depth = 0; depth <= parts.length; depth++) {
    const found = await look(join(root, ...parts.slice(0, depth)));
    if (depth < parts.length ? !isOnTheWay(found, parts.slice(0, depth)) : !found) return undefined;
    if (found) seen.push(found);
  }
  return seen;
}

/** False when it leads nowhere. @throws ForeignFileRefusal for a link. */
function isOnTheWay(found: BigIntStats | undefined, parts: readonly string[]): boolean {
  if (found?.isSymbolicLink()) throw new ForeignFileRefusal(`${parts.join("/") || "the directory"} is a link`);
  return found?.isDirectory() ?? false;
}

function isSame(left: BigIntStats, right: BigIntStats | undefined): boolean {
  return left.dev === right?.dev && left.ino === right.ino;
}

async function look(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
