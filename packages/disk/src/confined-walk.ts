import { opendir } from "node:fs/promises";
import { joined, namesOf } from "./confined-path.ts";
import { type ConfinedStats, statsIn } from "./confined-stats.ts";
import { ForeignFileRefusal } from "./foreign-file-refusal.ts";
import type { HeldDirectory } from "./held-directory.ts";

/** What a walk ends at with a failure, so that nobody's tree keeps it busy for ever. */
export interface WalkLimits {
  /** Of whatever kind. */
  readonly entries: number;
  /** Of all regular files together, as they are told. */
  readonly bytes: number;
  /** Names in a path. As many directories are open at once. */
  readonly depth: number;
}

/** Something below a directory. Links are told, and never followed. */
export interface WalkedEntry extends ConfinedStats {
  /** With `/`; for people alone where there are `bytes`. */
  readonly path: string;
  /** The path where it is no text. */
  readonly bytes?: Buffer;
}

interface Walk {
  readonly limits: WalkLimits;
  readonly signal: AbortSignal | undefined;
  entries: number;
  bytes: number;
}

/** Everything below a directory that is held, each directory before what is in it, in the order of the bytes of names. */
export async function* walkHeld(top: HeldDirectory, options: Pick<Walk, "limits" | "signal">): AsyncGenerator<WalkedEntry> {
  yield* walkIn({ ...options, entries: 0, bytes: 0 }, top, []);
}

async function* walkIn(walk: Walk, directory: HeldDirectory, way: readonly Buffer[]): AsyncGenerator<WalkedEntry> {
  const { entries } = walk.limits;
  const names = await namesIn(directory, entries - walk.entries);
  if (!names) throw new ForeignFileRefusal(`with what is in ${directory.shown() || "the directory"} there are more than ${entries} entries`);
  for (const name of names) {
    walk.signal?.throwIfAborted();
    const stats = await statsIn(directory, name);
    if (!stats) continue;
    const path = [...way, name];
    count(walk, stats, path);
    const { name: text, bytes } = namesOf(joined(path));
    yield { path: text, ...(bytes ? { bytes } : {}), ...stats };
    if (stats.kind !== "directory") continue;
    // Whatever took its place meanwhile is no directory of this walk.
    await using below = await directory.enter(name);
    if (below) yield* walkIn(walk, below, path);
  }
}

function count(walk: Walk, { kind, size }: ConfinedStats, path: readonly Buffer[]): void {
  walk.entries += 1;
  if (kind === "file") walk.bytes += size;
  const { bytes, depth } = walk.limits;
  const problem = walk.bytes > bytes ? `${bytes} bytes` : path.length > depth ? `${depth} levels` : undefined;
  if (problem !== undefined) throw new ForeignFileRefusal(`with ${namesOf(joined(path)).name} there are more than ${problem}`);
}

/** The names in a directory, sorted. `undefined` when there are more: they are not all kept in memory to find that out. */
export async function namesIn(directory: HeldDirectory, most: number): Promise<Buffer[] | undefined> {
  const names: Buffer[] = [];
  for await (const { name } of await opendir(directory.at(), { encoding: "latin1" })) {
    // One character a byte: not all names are text.
    names.push(Buffer.from(name, "latin1"));
    if (names.length > most) return undefined;
  }
  await directory.assertHeld();
  return names.toSorted((left, right) => Buffer.compare(left, right));
}
