import type { BigIntStats } from "node:fs";
import { readlink } from "node:fs/promises";
import { type FileKind, kindOf } from "./file-content.ts";
import { type HeldDirectory, look } from "./held-directory.ts";

/** What is in a directory that others write to, as it was when it was looked at. */
export interface ConfinedStats {
  readonly kind: FileKind;
  /** In bytes, as it is told: a file with holes takes less of the disk. */
  readonly size: number;
  /** The bytes that its file system has taken for it, what it knows of it included. */
  readonly allocated: number;
  /** The nine permission bits alone: not what would give a program the rights of its owner. */
  readonly mode: number;
  /** How many names it has, here and elsewhere. */
  readonly nlink: number;
  /** The same for each of its names, and for nothing else at that time. */
  readonly id: string;
  /** Its number in its file system. */
  readonly inode: bigint;
  /** When it was written to, in nanoseconds since 1970, as whoever may write to it says. */
  readonly modifiedNs: bigint;
  /** When anything of it was changed, its name in most file systems included, as the kernel says. */
  readonly changedNs: bigint;
  /** Where a link leads to, in bytes. Nothing is promised of it. */
  readonly target?: Buffer;
}

/** Of `st_blocks`, whatever the blocks of the file system are: stat(3type). */
const BLOCK = 512;

export function confinedStats(stats: BigIntStats, target?: Buffer): ConfinedStats {
  return {
    kind: kindOf(stats),
    size: Number(stats.size),
    allocated: Number(stats.blocks) * BLOCK,
    mode: Number(stats.mode) & 0o777,
    nlink: Number(stats.nlink),
    id: `${stats.dev}:${stats.ino}`,
    inode: stats.ino,
    modifiedNs: stats.mtimeNs,
    changedNs: stats.ctimeNs,
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
