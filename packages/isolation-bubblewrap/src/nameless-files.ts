import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { type KnownProcess } from "./host-processes.ts";

const BLOCK = 512;

/** Where a sandbox has its processes: of its own list it cannot hide any. */
export function processList({ pid }: KnownProcess): string {
  return `/proc/${pid}/root/proc`;
}

export async function processesIn(list: string): Promise<readonly string[]> {
  return (await readdir(list)).filter((name) => /^\d+$/.test(name));
}

/**
 * The bytes in files that no directory knows any more, or never did, and that processes of a sandbox have open, each once. Not those of
 * a process that lets nobody look (`PR_SET_DUMPABLE` of prctl(2)), where that holds for the user of this one.
 */
export async function namelessBytes(first: KnownProcess, isMeant: (stats: Stats) => boolean): Promise<number> {
  const list = processList(first);
  const sizes = new Map<string, number>();
  for (const pid of await processesIn(list)) {
    const open = await readdir(`${list}/${pid}/fd`).catch(() => []);
    for (const found of await Promise.all(open.map((name) => stat(`${list}/${pid}/fd/${name}`).catch(() => undefined)))) {
      if (found?.isFile() && found.nlink === 0 && isMeant(found)) sizes.set(`${found.dev}:${found.ino}`, found.blocks * BLOCK);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
