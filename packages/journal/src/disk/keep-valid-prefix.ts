import { dirname } from "node:path";
import { DadError, type RunId } from "@dad/protocol";
import { checkedRunId } from "../entry.ts";
import { RunUnknownError } from "../errors.ts";
import { type DiskRuns, runRootOf } from "./disk-runs.ts";
import { entriesOf } from "./journal-file.ts";
import { journalPath } from "./run-directory.ts";
import { type RunRoot, holdRun } from "./run-lease.ts";
import { ifPresent } from "./storage.ts";
import { copyAside } from "./torn-tail.ts";
import { appendPiece, putWhole } from "./whole-file.ts";

/** What was made of a damaged journal. */
export interface KeptPrefix {
  /** How many entries are left. */
  readonly entries: number;
  /** The file beside the journal that holds all of what it was. */
  readonly kept: string;
}

/**
 * Makes a damaged journal readable again: its entries before the damage are the journal, and the whole damaged file lies
 * beside it as `journal.damaged-<n>`. A journal in which nothing is damaged stays as it is.
 *
 * Errors: `RUN_UNKNOWN`, `RUN_LOCKED`, `JOURNAL_STORAGE_FAILED`, and `JOURNAL_DAMAGED` when no entry is left: then nothing
 * is done.
 *
 * @returns `undefined` when nothing is damaged.
 */
export async function keepValidPrefix(runs: DiskRuns, runId: RunId): Promise<KeptPrefix | undefined> {
  const runRoot = runRootOf(runs);
  const path = journalPath(runRoot, checkedRunId(runId));
  const lock = await holdRun(runRoot, runId);
  try {
    return await cutDamage(runRoot, { path, runId });
  } finally {
    await lock.release();
  }
}

async function cutDamage({ fs, root }: RunRoot, { path, runId }: { readonly path: string; readonly runId: RunId }): Promise<KeptPrefix | undefined> {
  const file = await ifPresent("open", path, fs.open(path, "r"));
  if (file === undefined) throw new RunUnknownError(runId, root);
  let [entries, end] = [0, 0];
  try {
    for await (const found of entriesOf({ file, path, runId })) [entries, end] = [found.head.seq, found.end];
    return undefined;
  } catch (error) {
    if (!DadError.is(error, "JOURNAL_DAMAGED") || entries === 0) throw error;
    const kept = await copyAside(fs, dirname(path), { file, path, end: 0, name: "journal.damaged" });
    // Not cut off in place: runs that retain it would miss entries, and be told of no damage.
    await putWhole(fs, path, { fill: (draft) => appendPiece({ file, path, from: 0, to: end }, draft) });
    return { entries, kept };
  } finally {
    await file.close();
  }
}
