import type { ConfinedDirectory, ConfinedStats } from "@dad/disk";
import { bytesOf } from "../git/tree-path.ts";
import { ifReached } from "../tree/working-tree.ts";

/** Paths of one character a byte. */
export interface ComingFiles {
  /** Where files are to be that are not there. */
  readonly newPaths: readonly string[];
  /** Files that are there and go before. */
  readonly removed: ReadonlySet<string>;
}

/**
 * The new paths that a working tree has no room for: at which, or on the way to which, there is something that does not go, be it
 * ignored, a link or no file at all. Links are not followed.
 */
export async function pathsInTheWay(files: ConfinedDirectory, { newPaths, removed }: ComingFiles): Promise<string[]> {
  const ways = new Map<string, Promise<Way>>([["", Promise.resolve("open")]]);
  const wayTo = async (directory: string): Promise<Way> => {
    const known = ways.get(directory);
    if (known) return known;
    const way = wayTo(above(directory)).then((before) => (before === "open" ? look(files, directory, removed) : before));
    ways.set(directory, way);
    return way;
  };
  const found: string[] = [];
  const reached: string[] = [];
  for (const path of newPaths) {
    const way = await wayTo(above(path));
    if (way !== "free") (way === "blocked" ? found : reached).push(path);
  }
  for (const [path, kind] of await kindsAt(files, reached)) if (!(await isRoom(files, { path, kind }, removed))) found.push(path);
  return found;
}

/** Whether a directory can be used: it is there, nothing is or will be there, or something else is. */
type Way = "open" | "free" | "blocked";

/** The directory that something is in: empty for the uppermost. */
export function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

async function look(files: ConfinedDirectory, directory: string, removed: ComingFiles["removed"]): Promise<Way> {
  const kind = await kindAt(files, directory);
  if (kind === "directory") return "open";
  return kind === undefined || removed.has(directory) ? "free" : "blocked";
}

/** A directory makes room when all that is in it goes. */
async function isRoom(files: ConfinedDirectory, { path, kind }: PlacedEntry, removed: ComingFiles["removed"]): Promise<boolean> {
  return removed.has(path) || (kind === "directory" && (await isEmptied(files, path, removed)));
}

async function isEmptied(files: ConfinedDirectory, directory: string, removed: ComingFiles["removed"]): Promise<boolean> {
  for (const { path, kind } of await entriesIn(files, directory)) {
    const goes = kind === "directory" ? await isEmptied(files, path, removed) : removed.has(path);
    if (!goes) return false;
  }
  return true;
}

export interface PlacedEntry {
  readonly path: string;
  readonly kind: ConfinedStats["kind"];
}

/** What is at each of these paths at which there is anything. */
export async function kindsAt(files: ConfinedDirectory, paths: readonly string[]): Promise<ReadonlyMap<string, PlacedEntry["kind"]>> {
  const kinds = new Map<string, PlacedEntry["kind"]>();
  let at = 0;
  for await (const { stats } of files.readAll(paths.map(bytesOf), { limitBytes: 0 })) {
    const path = paths[at++] ?? "";
    if (stats) kinds.set(path, stats.kind);
  }
  return kinds;
}

/** What is in a directory: nothing when it is not there. */
export async function entriesIn(files: ConfinedDirectory, directory: string): Promise<PlacedEntry[]> {
  const entries = (await ifReached(files.list(bytesOf(directory)))) ?? [];
  return entries.map(({ name, bytes, kind }) => ({ path: `${directory}/${(bytes ?? Buffer.from(name)).toString("latin1")}`, kind }));
}

/** Something behind a link that has just been put there is in the way like the link. */
async function kindAt(files: ConfinedDirectory, path: string): Promise<ConfinedStats["kind"] | undefined> {
  return (await files.stat(bytesOf(path)))?.kind;
}
