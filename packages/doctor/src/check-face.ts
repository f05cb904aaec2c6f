import type { Finding, RunId } from "@dad/protocol";
import { allOf } from "./all-of.ts";
import type { AbortOptions, RunFiles } from "./maintained-store.ts";
import type { RunCheck } from "./run-check.ts";
import { compareFile, compareManifest, type FileState, isForeign, shownReferences } from "./shown-files.ts";
import type { RunReading } from "./store-truth.ts";

/**
 * Compares the readable directory of a run with what its journal implies. All of it can be made again, so nothing is lost. The
 * files of what is reused are made when somebody asks for them: they are not missed.
 */
export async function* checkFace({ store, depth, signal }: RunCheck, reading: RunReading): AsyncGenerator<Finding, void> {
  const { runId } = reading.standing;
  const files = store.face?.(runId).files;
  if (files === undefined) return;
  const abort = signal ? { signal } : {};
  const shown = shownReferences(reading);
  for (const [path, { entry, origin }] of shown) {
    signal?.throwIfAborted();
    const state = await compareFile(files, entry, { depth, ...abort });
    if (state !== "missing" || origin === undefined) yield* findingOf(runId, path, state);
  }
  yield* findingOf(runId, "run.json", await compareManifest(files, reading.standing, abort));
  yield* foreignFiles(runId, await unnamed(files, shown, abort));
}

function* findingOf(runId: RunId, path: string, state: FileState): Generator<Finding, void> {
  if (state === "same") return;
  yield {
    code: state === "missing" ? "VIEW_MISSING" : "VIEW_CHANGED",
    severity: "warning",
    what: `${path} of run ${runId} ${state === "missing" ? "is not there" : "is not what the journal says: it is old, or somebody changed it"}`,
    where: `${runId}/${path}`,
    runId,
    details: { path },
    repair: { action: "checkout", description: `make it again from the journal: dad checkout ${runId}`, automatic: true },
  };
}

async function unnamed(files: RunFiles, shown: Parameters<typeof isForeign>[1], abort: AbortOptions): Promise<string[]> {
  return (await allOf(files.list(abort))).filter((path) => isForeign(path, shown)).sort();
}

const MOST_NAMED = 20;

function* foreignFiles(runId: RunId, paths: readonly string[]): Generator<Finding, void> {
  if (paths.length === 0) return;
  yield {
    code: "FILES_UNKNOWN",
    severity: "info",
    what: `the journal of run ${runId} says nothing of ${paths.length === 1 ? JSON.stringify(paths[0]) : `${paths.length} files in its directory`}`,
    where: runId,
    runId,
    details: { count: paths.length, paths: paths.slice(0, MOST_NAMED) },
  };
}
