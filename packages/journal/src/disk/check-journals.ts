import { join } from "node:path";
import { DadError, type Finding, RunId } from "@dad/protocol";
import { retainedCheck } from "./check-retained.ts";
import { type DiskRuns, runRootOf } from "./disk-runs.ts";
import { entriesOf } from "./journal-file.ts";
import { JOURNAL } from "./run-directory.ts";
import { leasePlace, type RunRoot } from "./run-lease.ts";
import { ifPresent, onDisk } from "./storage.ts";

export interface CheckJournalsOptions {
  /** Only what belongs to this run. */
  readonly runId?: RunId | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Looks at what only those see who know how journals are kept on a disk: directories of runs without a journal
 * (`RUN_UNMADE`), journals that end in the middle of an entry (`JOURNAL_TORN`), damage in what runs retain of others
 * (`ORIGIN_DAMAGED`), and owners that do not live any more (`LEASE_STALE`). Whether the entries of a run itself are whole, `read`
 * tells. Changes nothing, and says nothing of what somebody works on. `where` is relative to the directory of runs.
 *
 * Errors: `JOURNAL_STORAGE_FAILED`.
 */
export async function* checkDiskJournals(runs: DiskRuns, { runId, signal }: CheckJournalsOptions = {}): AsyncGenerator<Finding, void> {
  const runRoot = runRootOf(runs);
  const retained = retainedCheck(runRoot);
  for (const id of runId === undefined ? await directoriesIn(runRoot) : [runId]) {
    signal?.throwIfAborted();
    // Before and after: what an owner was about to finish is finished when it has let go.
    if (await isHeld(runRoot, id)) continue;
    const finding = (await isThere(runRoot, join(id, JOURNAL))) ? await tornJournal(runRoot, id, signal) : await unmadeRun(runRoot, id);
    if (finding && !(await isHeld(runRoot, id))) yield finding;
    // What is retained is not changed by whoever works on the run.
    yield* retained.of(id, signal);
  }
  yield* staleLeases(runRoot, { runId, ...(signal ? { signal } : {}) });
}

async function directoriesIn({ fs, root }: RunRoot): Promise<RunId[]> {
  const entries = (await ifPresent("list", root, fs.readdir(root, { withFileTypes: true }))) ?? [];
  return entries
    .flatMap((entry) => {
      const runId = RunId.safeParse(entry.name);
      return runId.success && entry.isDirectory() ? [runId.data] : [];
    })
    .sort();
}

async function isThere({ fs, root }: RunRoot, name: string): Promise<boolean> {
  const path = join(root, name);
  return (await ifPresent("look at", path, fs.lstat(path))) !== undefined;
}

/** Also when it has not been announced by whom. */
async function isHeld(runRoot: RunRoot, runId: RunId): Promise<boolean> {
  const { lock } = leasePlace(runRoot, runId);
  return onDisk("look at", lock, runRoot.locks.isHeld(lock));
}

/** Whoever makes a run takes the lease right after it has made the directory. */
const IN_THE_MAKING_MS = 10_000;

async function unmadeRun({ fs, root }: RunRoot, runId: RunId): Promise<Finding | undefined> {
  const path = join(root, runId);
  const directory = await ifPresent("look at", path, fs.lstat(path));
  if (directory === undefined || Date.now() - directory.mtimeMs < IN_THE_MAKING_MS) return undefined;
  return {
    code: "RUN_UNMADE",
    severity: "warning",
    what: `run ${runId} has a directory and no journal: whoever made it died on the way`,
    where: runId,
    runId,
    repair: { action: "discard-run", description: "move the directory to the trash", automatic: true },
  };
}

async function tornJournal(runRoot: RunRoot, runId: RunId, signal: AbortSignal | undefined): Promise<Finding | undefined> {
  const where = `${runId}/${JOURNAL}`;
  const bytes = await tornBytes(runRoot, runId, signal);
  if (bytes === 0) return undefined;
  return {
    code: "JOURNAL_TORN",
    severity: "warning",
    what: `the journal of run ${runId} ends in ${bytes} bytes that are no entry: its writer was killed`,
    where,
    runId,
    details: { bytes },
    repair: { action: "reopen", description: "set them aside and go on after the last entry", automatic: true },
  };
}

async function tornBytes({ fs, root }: RunRoot, runId: RunId, signal: AbortSignal | undefined): Promise<number> {
  const path = join(root, runId, JOURNAL);
  const file = await ifPresent("open", path, fs.open(path, "r"));
  if (file === undefined) return 0;
  let end = 0;
  try {
    for await (const found of entriesOf({ file, path, runId })) {
      signal?.throwIfAborted();
      ({ end } = found);
    }
    return Math.max(0, (await onDisk("look at", path, fs.lstat(path))).size - end);
  } catch (error) {
    // Whoever reads it is told the same.
    if (DadError.is(error, "JOURNAL_DAMAGED")) return 0;
    throw error;
  } finally {
    await file.close();
  }
}

const RECORD = ".json";

/** Of one that lives somebody holds the lock beside it. */
async function* staleLeases(runRoot: RunRoot, { runId, signal }: CheckJournalsOptions): AsyncGenerator<Finding, void> {
  const { fs, root } = runRoot;
  const directory = join(root, ".dad", "locks");
  const names = runId === undefined ? await namesIn(fs, directory) : [`${runId}${RECORD}`];
  for (const name of names) {
    signal?.throwIfAborted();
    const id = RunId.safeParse(name.endsWith(RECORD) ? name.slice(0, -RECORD.length) : "");
    const isRecorded = () => isThere(runRoot, join(".dad", "locks", name));
    // Looked at again: whoever goes removes it first, and then lets go.
    if (!id.success || !(await isRecorded()) || (await isHeld(runRoot, id.data)) || !(await isRecorded())) continue;
    const hasRun = await isThere(runRoot, join(id.data, JOURNAL));
    yield {
      code: "LEASE_STALE",
      severity: "info",
      what: `whoever worked on run ${id.data} died, and its name is still there`,
      where: `.dad/locks/${name}`,
      runId: id.data,
      repair: { action: hasRun ? "reopen" : "remove-lease", description: "remove the record of the owner", automatic: true },
    };
  }
}

async function namesIn(fs: RunRoot["fs"], directory: string): Promise<string[]> {
  const entries = (await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? [];
  return entries.map(({ name }) => name).sort();
}
