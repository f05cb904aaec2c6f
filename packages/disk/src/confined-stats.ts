import type { BigIntStats } from "node:fs";
import { readlink } from "node:fs/promises";
import { type FileKind, kindOf } from "./file-content.ts";
import { type HeldDirectory, look } from "./held-directory.ts";

/** What is in a directory that others write to, as it was when it was looked at. */
export interface ConfinedStats {
  readonly kind: FileKind;
  /** In bytes, as it is told: a file with holes takes less of the disk. */
  readonly size: number;
  /** The nine permission bits alone: not what would give a program the rights of its owner. */
  readonly mode: number;
  /** How many names it has, here and elsewhere. */
  readonly nlink: number;
  /** The same for each of its names, and for nothing else at that time. */
  readonly id: string;
  /** Where a link leads to, in bytes. Nothing is promised of it. */
  readonly target?: Buffer;
}

export function confinedStats(stats: BigIntStats, target?: Buffer): ConfinedStats {
  return {
    kind: kindOf(stats),
    size: Number(stats.size),
    mode: Number(stats.mode) & 0o777,
    nlink: Number(stats.nlink),
    id: `${stats.dev}:${stats.ino}`,
    ...(target ? { target } : {}),
  };
}

/** `undefined` when it is not there, or just went. */
export async function statsIn(directory: HeldDirectory, name: Buffer): Promise<ConfinedStats | undefined> {
  const place = directory.at(name);
  const stats = await look(place);
  const target = stats?.isSymbolicLink() ? await readlink(place, { encoding: "buffer" }).catch(() => undefined) : undefined;
  await directory.assertHeld();
  return stats && (!stats.isSymbolicLink() || target) ? confinedStats(stats, target) : undefined;
}
