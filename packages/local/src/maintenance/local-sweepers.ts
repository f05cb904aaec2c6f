import { basename, join } from "node:path";
import { artifactLitter } from "@dad/artifacts/disk";
import { type Litter, measure, nodeDisk } from "@dad/disk";
import type { Judged, MaintainedStore, RunStanding, Sweep, Sweeper } from "@dad/doctor";
import { journalLitter, whileNobodyWorks } from "@dad/journal/disk";
import { type GitOutcomes, indexLitter, type OutcomeNeeds, workTreeLitter } from "@dad/outcome-git";
import { RelativePath, type RunId } from "@dad/protocol";
import { homeLitter } from "./home-litter.ts";
import { ifPresent } from "./maintenance-disk.ts";
import { pathIn } from "./path-in.ts";

export interface LocalSweepersOptions {
  readonly runRoot: string;
  /** The directory of the artifact store. */
  readonly blobs: string;
  readonly outcomes: () => Promise<GitOutcomes>;
  readonly face: NonNullable<MaintainedStore["face"]>;
}

/** All that may be garbage in a run root beside content. */
export function localSweepers({ runRoot, blobs, outcomes, face }: LocalSweepersOptions): Sweeper[] {
  const abortOf = ({ signal }: Sweep) => (signal ? { signal } : {});
  const sweeper = (subject: string, kind: Judged["kind"], litter: (sweep: Sweep) => AsyncIterable<Litter>): Sweeper => ({
    subject,
    async *judge(sweep) {
      for await (const found of litter(sweep)) yield* judged(runRoot, kind, found);
    },
  });
  return [
    sweeper("the working trees", "work-tree", async function* (sweep) {
      yield* workTreeLitter(await outcomes(), needsOf(runRoot, sweep));
    }),
    sweeper("the index files of git", "git-index", async function* (sweep) {
      yield* indexLitter(await outcomes(), needsOf(runRoot, sweep));
    }),
    sweeper("the homes of runs", "leftover", (sweep) => homeLitter(join(runRoot, ".dad", "home"), needsOf(runRoot, sweep))),
    sweeper("unfinished content", "leftover", (sweep) => artifactLitter({ root: blobs }, abortOf(sweep))),
    sweeper("unfinished files of runs", "leftover", (sweep) => draftsOf(runRoot, face, sweep)),
    // Last: whoever keeps others away from a run that is gone leaves the lock of that run.
    sweeper("the locks", "lock", (sweep) => journalLitter({ root: runRoot }, abortOf(sweep))),
  ];
}

/** What has a name that nobody here gives is left alone. */
function* judged(runRoot: string, kind: Judged["kind"], { path, bytes, ino, mtimeMs, ...litter }: Litter): Generator<Judged, void> {
  const from = RelativePath.safeParse(pathIn(runRoot, path)).data;
  if (from !== undefined) yield { ...litter, kind, from, bytes, judged: { ino, mtimeMs } };
}

function needsOf(runRoot: string, { truth, claim, signal }: Sweep): OutcomeNeeds {
  return {
    byRun: (runId) => needOf(truth.runs.get(runId)),
    byAge: claim,
    // A run that was begun after the journals were read is none that is gone.
    whileNobodyWorks: async (runId, work) =>
      await whileNobodyWorks(
        { root: runRoot },
        runId,
        async () => (truth.runs.has(runId) || !(await isThere(join(runRoot, runId)))) && (await work()),
      ),
    signal,
  };
}

async function isThere(path: string): Promise<boolean> {
  return (await ifPresent("look at", path, nodeDisk.lstat(path))) !== undefined;
}

/** All but completed runs may go on. */
function needOf(standing: RunStanding | undefined): string | undefined {
  if (standing === undefined) return undefined;
  const { runId, state, details } = standing;
  if (state === "live") return `somebody works on run ${runId}`;
  if (state === "unreadable") return `run ${runId} cannot be read`;
  return details?.status === "completed" ? undefined : `run ${runId} can be resumed`;
}

const DRAFT = ".dad_tmp_";

/** Only the owner of a run writes such files to its directory. */
async function* draftsOf(runRoot: string, face: LocalSweepersOptions["face"], { truth, signal }: Sweep): AsyncGenerator<Litter, void> {
  for (const { runId, state } of truth.runs.values()) {
    if (state === "live") continue;
    for await (const name of face(runId).files.list(signal ? { signal } : {})) {
      const path = join(runRoot, runId, name);
      const found = basename(name).startsWith(DRAFT) ? await measure(nodeDisk, path) : undefined;
      if (found) yield { ...found, path, what: name, verdict: "collect", reason: LEFT, around: guard(runRoot, runId) };
    }
  }
}

const LEFT = "a process that was killed left it unfinished";

function guard(runRoot: string, runId: RunId): NonNullable<Litter["around"]> {
  return async (move) => (await whileNobodyWorks({ root: runRoot }, runId, move)) ?? false;
}
