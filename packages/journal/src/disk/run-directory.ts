import { join } from "node:path";
import { RunId } from "@dad/protocol";
import type { RunRoot } from "./run-lease.ts";
import { ifPresent, onDisk } from "./storage.ts";

/** The name of the journal in the directory of a run. */
export const JOURNAL = "journal.jsonl";

/** Where a run has what it retains of others. It begins with a dot, and so is no id of anything in a run. */
const ORIGINS = ".origins";
const RETAINED = ".jsonl";

type Disk = Pick<RunRoot, "fs" | "root">;

export function journalPath({ root }: Pick<Disk, "root">, runId: RunId): string {
  return join(root, runId, JOURNAL);
}

/** Where a run has what it retains of another, if it does. */
export function retainedPath({ root }: Pick<Disk, "root">, runId: RunId, origin: RunId): string {
  return join(root, runId, ORIGINS, `${origin}${RETAINED}`);
}

/** A file, or a link, that is called like a run is none. A file in the place of the run root is a failure. */
export async function hasJournal(disk: Disk, runId: RunId): Promise<boolean> {
  return (await isDirectory(disk, join(disk.root, runId))) && (await isFile(disk, journalPath(disk, runId)));
}

/** No link is followed there, either. */
export async function isRetained(disk: Disk, runId: RunId, origin: RunId): Promise<boolean> {
  const directory = join(disk.root, runId);
  if (!(await isDirectory(disk, directory)) || !(await isDirectory(disk, join(directory, ORIGINS)))) return false;
  return isFile(disk, retainedPath(disk, runId, origin));
}

/** The runs of which a run retains something, by their ids. */
export async function retainedBy(disk: Disk, runId: RunId): Promise<RunId[]> {
  const directory = join(disk.root, runId);
  const origins = join(directory, ORIGINS);
  // Most runs retain nothing: that is known after one look.
  if (!(await isDirectory(disk, origins)) || !(await isDirectory(disk, directory))) return [];
  const entries = await onDisk("list", origins, disk.fs.readdir(origins, { withFileTypes: true }));
  const names = entries.flatMap((entry) => (entry.isFile() && entry.name.endsWith(RETAINED) ? [entry.name.slice(0, -RETAINED.length)] : []));
  return names.flatMap((name) => RunId.safeParse(name).data ?? []).sort();
}

async function isDirectory({ fs }: Disk, path: string): Promise<boolean> {
  return (await ifPresent("look at", path, fs.lstat(path)))?.isDirectory() ?? false;
}

async function isFile({ fs }: Disk, path: string): Promise<boolean> {
  return (await ifPresent("look at", path, fs.lstat(path)))?.isFile() ?? false;
}
