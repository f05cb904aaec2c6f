import { join } from "node:path";
import type { RunId } from "@dad/protocol";
import type { RunRoot } from "./run-lease.ts";
import { ifPresent } from "./storage.ts";

/** The name of the journal in the directory of a run. */
export const JOURNAL = "journal.jsonl";

/** Where a run has what it retains of others. It begins with a dot, and so is no id of anything in a run. */
const ORIGINS = ".origins";

type Disk = Pick<RunRoot, "fs" | "root">;

export function journalPath({ root }: Pick<Disk, "root">, runId: RunId): string {
  return join(root, runId, JOURNAL);
}

/** Where a run has what it retains of another, if it does. */
export function retainedPath({ root }: Pick<Disk, "root">, runId: RunId, origin: RunId): string {
  return join(root, runId, ORIGINS, `${origin}.jsonl`);
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

async function isDirectory({ fs }: Disk, path: string): Promise<boolean> {
  return (await ifPresent("look at", path, fs.lstat(path)))?.isDirectory() ?? false;
}

async function isFile({ fs }: Disk, path: string): Promise<boolean> {
  return (await ifPresent("look at", path, fs.lstat(path)))?.isFile() ?? false;
}
