import { setTimeout as delay } from "node:timers/promises";
import type { ConfinedDirectory, ConfinedStats } from "@dad/disk";
import type { Git, GitCall } from "../git/git.ts";
import { type PointerEntry, pointerOf, type Pointers, pointersIn, restoreLargeFiles, type RestoreOptions } from "./large-files.ts";
import { bytesOf } from "../git/tree-path.ts";
import { ifReached } from "../tree/working-tree.ts";

/** What is known of the large files of a working tree as long as its run is open. */
export interface LargeFiles {
  /** The tree that has these pointers. `undefined`: nobody has looked yet. */
  tree: string | undefined;
  pointers: Pointers;
  /** Files as they were when their content was stored, by their paths, one character a byte. */
  readonly kept: Map<string, KeptFile>;
  /** Pointers that were brought into the working tree, as the contents of their files are gone. */
  readonly left: Map<string, PointerEntry>;
}

export interface KeptFile {
  readonly pointer: PointerEntry;
  readonly stats: ConfinedStats;
}

interface LargeFilesOfTree {
  readonly git: Git;
  readonly large: LargeFiles;
}

/** The pointers of a tree, which are read when they are not known. */
export async function pointersAt({ git, large }: LargeFilesOfTree, tree: string, call: GitCall): Promise<Pointers> {
  if (large.tree !== tree) Object.assign(large, { pointers: await pointersIn(git, tree, call), tree });
  return large.pointers;
}

/** From now on this tree is the one to compare with. */
export function movePointers(large: LargeFiles, tree: string, changed: ReadonlyMap<string, PointerEntry | undefined>): void {
  const pointers = new Map(large.pointers);
  for (const [path, entry] of changed) {
    if (entry) pointers.set(path, entry);
    else pointers.delete(path);
  }
  Object.assign(large, { pointers, tree });
}

export function noLargeFiles(): LargeFiles {
  return { tree: undefined, pointers: new Map(), kept: new Map(), left: new Map() };
}

/** The file whose content was stored, when there is the very same still. It is not read. */
export async function findKept(files: ConfinedDirectory, { kept }: Pick<LargeFiles, "kept">, path: string): Promise<KeptFile | undefined> {
  const known = kept.get(path);
  const stats = known && (await ifReached(files.stat(bytesOf(path))));
  return stats && isSameFile(stats, known.stats) ? known : undefined;
}

/** Without the large files that are as they were when they were stored, and their pointers. */
export async function withoutKept(files: ConfinedDirectory, paths: Iterable<string>, large: LargeFiles): Promise<Set<string>> {
  const left = new Set(paths);
  for (const path of large.kept.keys()) {
    const pointer = pointerOf(path) ?? "";
    if (!left.has(path) && !left.has(pointer)) continue;
    const known = await findKept(files, large, path);
    if (known?.pointer.object !== large.pointers.get(path)?.object || !known || (await ifReached(files.stat(bytesOf(pointer))))) continue;
    left.delete(path);
    left.delete(pointer);
  }
  return left;
}

/** Puts large files in the place of their pointers, in a working tree in which nobody works yet. */
export async function restoreKept(files: ConfinedDirectory, { large, ...options }: RestoreOptions & { readonly large: LargeFiles }): Promise<void> {
  const { pointers } = large;
  const { restored } = await restoreLargeFiles(files, pointers, options);
  for (const path of restored) {
    const [pointer, stats] = [pointers.get(path), await files.stat(bytesOf(path))];
    if (pointer && stats && (await afterTick(stats, options.signal))) large.kept.set(path, { pointer, stats });
  }
}

/** Nobody but the kernel sets the time of a change. */
export function isSameFile(one: ConfinedStats, other: ConfinedStats): boolean {
  return one.kind === other.kind && one.id === other.id && one.size === other.size && one.mode === other.mode && one.changedNs === other.changedNs;
}

/** The clock of a kernel that gives files their times ticks more often than that. */
const TICK_MS = 20;
const COARSE_TICK_MS = 2_000;
const SECOND_NS = 1_000_000_000n;

/**
 * Waits until whatever is changed from now on has another time than a file that was changed at this moment.
 *
 * @returns false where clocks tick that slowly that nobody waits for them.
 */
export async function afterTick({ changedNs }: Pick<ConfinedStats, "changedNs">, signal: AbortSignal | undefined): Promise<boolean> {
  const age = (): number => Date.now() - Number(changedNs / 1_000_000n);
  // A file system that counts seconds: FAT counts two at once.
  const tick = changedNs % SECOND_NS === 0n ? COARSE_TICK_MS : TICK_MS;
  if (age() >= tick) return true;
  await delay(TICK_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
  signal?.throwIfAborted();
  return age() >= tick;
}
