import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Inspector, RunStanding } from "@dad/doctor";
import type { JournalStore } from "@dad/journal";
import { canonicalJson, type Finding, type RunListEntry } from "@dad/protocol";
import type { IndexedRun } from "@dad/run-index";
import { readIndexFile } from "@dad/run-index/sqlite";
import { onDisk } from "./maintenance-disk.ts";

const INDEX = ".dad/index.sqlite";

/** Compares the index of runs with the journals. All of it can be made again. */
export function indexInspector(runRoot: string, journals: JournalStore): Inspector {
  const file = join(runRoot, INDEX);
  return {
    subject: "the index",
    async *inspect({ runId, truth, ...abort }) {
      if (runId !== undefined) return;
      const state = await readIndexFile(file);
      if (state === undefined) return;
      if ("damage" in state) yield finding("INDEX_DAMAGED", `the index of runs is damaged: ${state.damage}`);
      else yield* wrongEntries(state.runs, truth.runs, await versionsOf(journals, abort.signal));
    },
    repairs: {
      async "delete-index"() {
        for (const path of [`${file}-journal`, `${file}-wal`, `${file}-shm`, file]) await onDisk("delete", path, rm(path, { force: true }));
      },
    },
  };
}

function finding(code: string, what: string, details?: Finding["details"]): Finding {
  const repair = { action: "delete-index", description: "delete it: it is made again when runs are listed", automatic: true };
  return { code, severity: "warning", what, where: INDEX, repair, ...(details ? { details } : {}) };
}

async function versionsOf(journals: JournalStore, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for await (const { runId, version } of journals.list(signal ? { signal } : {})) versions.set(runId, version);
  return versions;
}

/** One that was made from another version of the journal is out of date, and is replaced when runs are listed. */
function* wrongEntries(
  indexed: readonly IndexedRun[],
  runs: ReadonlyMap<string, RunStanding>,
  versions: ReadonlyMap<string, string>,
): Generator<Finding, void> {
  for (const { version, entry } of indexed) {
    const standing = runs.get(entry.runId);
    if (standing?.details === undefined || versions.get(entry.runId) !== version || standing.state === "live") continue;
    if (canonicalJson(entry) === canonicalJson(entryOf(standing.details))) continue;
    yield finding("INDEX_WRONG", `the index says something else of run ${entry.runId} than its journal`, { run: entry.runId });
  }
}

function entryOf({ runId, status, rootComponentId, startedAt, endedAt, rerun }: NonNullable<RunStanding["details"]>): RunListEntry {
  return {
    runId,
    status: endedAt === null && status !== "waiting" ? "interrupted" : status,
    rootComponentId,
    startedAt,
    endedAt,
    ...(rerun ? { rerun } : {}),
  };
}
