import type { RunId } from "@dad/protocol";
import { checkedRunId } from "../entry.ts";
import { type DiskRuns, runRootOf } from "./disk-runs.ts";
import { lineReader } from "./line-reader.ts";
import { journalPath, retainedBy, retainedPath } from "./run-directory.ts";
import type { RunRoot } from "./run-lease.ts";
import { ifPresent } from "./storage.ts";

/**
 * The lines of what a run retains of others. Nothing in them is verified. What is the very file of a run that is still there is
 * left out: it is read as the journal of that run.
 *
 * Errors: `JOURNAL_STORAGE_FAILED`.
 */
export async function* retainedLines(runs: DiskRuns, runId: RunId): AsyncGenerator<string, void> {
  const runRoot = runRootOf(runs);
  for (const origin of await retainedBy(runRoot, checkedRunId(runId))) {
    const path = retainedPath(runRoot, runId, origin);
    if (!(await isSameFile(runRoot, path, journalPath(runRoot, origin)))) yield* linesOf(runRoot, path);
  }
}

/** Whether two names are those of one file. False when there is none. */
export async function isSameFile({ fs }: Pick<RunRoot, "fs">, one: string, other: string): Promise<boolean> {
  const first = await ifPresent("look at", one, fs.lstat(one));
  const second = await ifPresent("look at", other, fs.lstat(other));
  return first !== undefined && first.ino === second?.ino;
}

async function* linesOf({ fs }: RunRoot, path: string): AsyncGenerator<string, void> {
  const file = await ifPresent("open", path, fs.open(path, "r"));
  if (file === undefined) return;
  try {
    const lines = lineReader(file, path);
    let at = 0;
    for (let line = await lines.lineAt(at); line !== undefined; line = await lines.lineAt(at)) {
      at += line.byteLength + 1;
      yield Buffer.from(line).toString();
    }
  } finally {
    await file.close();
  }
}
