import { join } from "node:path";
import type { RunId } from "@dad/protocol";
import { checkedRunId } from "../entry.ts";
import { type DiskRuns, runRootOf } from "./disk-runs.ts";
import { ifPresent, onDisk } from "./storage.ts";

const SET_ASIDE = /^journal\.(torn|damaged)-\d+$/;

/**
 * The texts of what was set aside of a journal: torn ends, and what it was before damage was cut off. Nothing in them is
 * verified.
 *
 * Errors: `JOURNAL_STORAGE_FAILED`.
 */
export async function* setAsideOf(runs: DiskRuns, runId: RunId): AsyncGenerator<string, void> {
  const { fs, root } = runRootOf(runs);
  const directory = join(root, checkedRunId(runId));
  const entries = (await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isFile() && SET_ASIDE.test(entry.name)) yield await onDisk("read", path, fs.readFile(path, "utf8"));
  }
}
