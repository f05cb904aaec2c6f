import { join } from "node:path";
import type { DiskEntry, DiskFs } from "./disk-fs.ts";

/** What something on a disk is known by: what has its name later is another thing, or was touched since. */
export interface Measured {
  /** With all that is below it, when it is a directory. */
  readonly bytes: number;
  readonly ino: number;
  readonly mtimeMs: number;
}

/** Something on a disk that may be nobody's any more, and what those say of it who know what it is for. */
export interface Litter extends Measured {
  /** Absolute. */
  readonly path: string;
  /** The name by which people know it. */
  readonly what: string;
  readonly verdict: "keep" | "collect";
  readonly reason: string;
  /** Keeps others away while it is moved, and looks again. False when it was not moved after all. */
  readonly around?: (move: () => Promise<boolean>) => Promise<boolean>;
}

type LookingFs = Pick<DiskFs, "lstat" | "readdir">;

/** `undefined` when there is nothing at the path, or not any more. A link counts as itself. */
export async function measure(fs: LookingFs, path: string): Promise<Measured | undefined> {
  try {
    const entry = await fs.lstat(path);
    return { bytes: await bytesOf(fs, path, entry), ino: entry.ino, mtimeMs: entry.mtimeMs };
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
    throw error;
  }
}

async function bytesOf(fs: LookingFs, path: string, entry: DiskEntry): Promise<number> {
  if (!entry.isDirectory()) return entry.size;
  let bytes = 0;
  for (const { name } of await fs.readdir(path, { withFileTypes: true })) bytes += (await measure(fs, join(path, name)))?.bytes ?? 0;
  return bytes;
}
