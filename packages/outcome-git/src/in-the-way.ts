import type { Dirent, Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface ComingFiles {
  /** Where files are to be that the index does not have. */
  readonly newPaths: readonly string[];
  /** Files that the index has and that go before. */
  readonly removed: ReadonlySet<string>;
}

/**
 * The new paths that a working tree has no room for: at which, or on the way to which, there is something that the index does
 * not know, be it ignored, a link or no file at all. What git would do about it depends on its version. Links are not followed.
 */
export async function pathsInTheWay(workTree: string, { newPaths, removed }: ComingFiles): Promise<string[]> {
  const ways = new Map<string, Promise<Way>>([["", Promise.resolve("open")]]);
  const wayTo = async (directory: string): Promise<Way> => {
    const known = ways.get(directory);
    if (known) return known;
    const way = wayTo(above(directory)).then((before) => (before === "open" ? look(workTree, directory, removed) : before));
    ways.set(directory, way);
    return way;
  };
  const found: string[] = [];
  for (const path of newPaths) {
    const way = await wayTo(above(path));
    if (way === "blocked" || (way === "open" && !(await isRoom(workTree, path, removed)))) found.push(path);
  }
  return found;
}

/** Whether a directory can be used: it is there, nothing is or will be there, or something else is. */
type Way = "open" | "free" | "blocked";

function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

async function look(workTree: string, directory: string, removed: ComingFiles["removed"]): Promise<Way> {
  const entry = await entryAt(join(workTree, directory));
  if (entry?.isDirectory()) return "open";
  return entry === undefined || removed.has(directory) ? "free" : "blocked";
}

/** A directory makes room when all that is in it goes. */
async function isRoom(workTree: string, path: string, removed: ComingFiles["removed"]): Promise<boolean> {
  const entry = await entryAt(join(workTree, path));
  if (entry === undefined || removed.has(path)) return true;
  return entry.isDirectory() && (await isEmptied(workTree, path, removed));
}

async function isEmptied(workTree: string, directory: string, removed: ComingFiles["removed"]): Promise<boolean> {
  const entries: Dirent[] = await readdir(join(workTree, directory), { withFileTypes: true });
  for (const entry of entries) {
    const path = `${directory}/${entry.name}`;
    const goes = entry.isDirectory() ? await isEmptied(workTree, path, removed) : removed.has(path);
    if (!goes) return false;
  }
  return true;
}

async function entryAt(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
