import { join } from "node:path";
import { type Litter, measure } from "@dad/disk";
import { RunId } from "@dad/protocol";
import { type DiskRuns, runRootOf } from "./disk-runs.ts";
import type { RunRoot } from "./run-lease.ts";
import { ifPresent, onDisk } from "./storage.ts";
import { whileNobodyWorks } from "./while-nobody-works.ts";

/** A lock and a record of an owner are called like their run. */
const OF_A_RUN = /^(.+)\.(?:lock|json)$/;
const DRAFT = ".dad_tmp_";

/**
 * Looks at what lies beside the journals of a directory of runs: locks, and what processes that were killed left of their
 * leases.
 *
 * Errors: `JOURNAL_STORAGE_FAILED`.
 */
export async function* journalLitter(runs: DiskRuns, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Litter, void> {
  const runRoot = runRootOf(runs);
  const { fs, root, locks } = runRoot;
  const directory = join(root, ".dad", "locks");
  const names = ((await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? []).map(({ name }) => name);
  // Whoever writes a draft holds a lock. Looked at later than the list: the drafts of others are not in it.
  const held = new Set<string>();
  for (const name of names) if (name.endsWith(".lock") && (await onDisk("look at", name, locks.isHeld(join(directory, name))))) held.add(name);
  for (const name of names.sort()) {
    signal?.throwIfAborted();
    const path = join(directory, name);
    const measured = await onDisk("look at", path, measure(fs, path));
    const judgement = measured && (name.startsWith(DRAFT) ? judgeDraft(held.size > 0) : await judgeLease(runRoot, name));
    if (judgement) yield { ...measured, path, what: name, ...judgement };
  }
}

type Judgement = Pick<Litter, "verdict" | "reason" | "around">;

function judgeDraft(somebodyWorks: boolean): Judgement {
  return somebodyWorks
    ? { verdict: "keep", reason: "somebody works on a run, and may be about to finish it" }
    : { verdict: "collect", reason: "a process that was killed left it unfinished" };
}

/** `undefined` for what is no lock of a run. */
async function judgeLease(runRoot: RunRoot, name: string): Promise<Judgement | undefined> {
  const runId = RunId.safeParse(OF_A_RUN.exec(name)?.[1]);
  if (!runId.success) return undefined;
  const directory = join(runRoot.root, runId.data);
  const hasRun = async () => (await ifPresent("look at", directory, runRoot.fs.lstat(directory))) !== undefined;
  if (await hasRun()) return { verdict: "keep", reason: `run ${runId.data} is there` };
  return {
    verdict: "collect",
    reason: `there is no run ${runId.data} any more`,
    around: async (move) => (await whileNobodyWorks(runRoot, runId.data, async () => !(await hasRun()) && (await move()))) ?? false,
  };
}
