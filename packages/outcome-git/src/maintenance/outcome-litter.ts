import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { diskOperations, type Litter, measure, nodeDisk } from "@dad/disk";
import { OutcomeFailedError } from "@dad/outcome";
import { DadError, RunId } from "@dad/protocol";
import { indexesOf, indexFile } from "../git/index-file.ts";
import { unfinishedFiles } from "./git-litter.ts";
import { type GitOutcomes, gitOf, repositoryOf } from "./git-outcomes.ts";
import { noLargeFiles } from "../large-files/kept-files.ts";
import { takeSnapshot } from "../run/run-outcome.ts";

/** What those know who know the runs. */
export interface OutcomeNeeds {
  /** Why a run may still need its working tree. `undefined` when it does not, or is not there. */
  readonly byRun: (runId: RunId) => string | undefined;
  /** Why something of no run may be needed, going by when it was written last. */
  readonly byAge: (mtimeMs: number) => string | undefined;
  /** Does something while nobody works on the run. `undefined` when somebody does. */
  readonly whileNobodyWorks: (runId: RunId, work: () => Promise<boolean>) => Promise<boolean | undefined>;
  readonly signal?: AbortSignal | undefined;
}

const disk = diskOperations((operation, path, cause) => new OutcomeFailedError(operation, path, { cause }));

/**
 * Looks at the working trees of runs. Before one goes that is not needed, what it holds is kept under the ref
 * `refs/dad/snapshots/<run>`, as far as it is not committed and some repository knows the run. One with something in it that no
 * outcome can have, or with a secret, stays.
 *
 * Errors: `OUTCOME_FAILED`.
 */
export async function* workTreeLitter(place: GitOutcomes, needs: OutcomeNeeds): AsyncGenerator<Litter, void> {
  for (const name of await namesIn(place.workDirectory)) {
    needs.signal?.throwIfAborted();
    const runId = RunId.safeParse(name).data;
    const judgement: Judgement =
      runId === undefined
        ? { verdict: "keep", reason: "it is not the working tree of a run" }
        : judge(needs.byRun(runId), async (move) => {
            const moved = needs.whileNobodyWorks(runId, async () => (await keepContent(place, runId)) && (await move()));
            return (await moved) ?? false;
          });
    yield* littered(join(place.workDirectory, name), () => judgement);
  }
}

/**
 * Looks at the index files of git and what else it wrote before it was killed, and at repositories that were not finished.
 *
 * Errors: `OUTCOME_FAILED`.
 */
export async function* indexLitter({ repositories }: GitOutcomes, needs: OutcomeNeeds): AsyncGenerator<Litter, void> {
  for (const repository of repositories) {
    for (const name of await namesIn(indexesOf(repository))) {
      // Those of the seed have names that a run could have, too.
      const runId = RunId.safeParse(name.replace(INDEX_ENDS, "")).data;
      const guard: Litter["around"] = async (move) => (runId ? ((await needs.whileNobodyWorks(runId, move)) ?? false) : move());
      const need = (mtimeMs: number) => (runId && needs.byRun(runId)) ?? (SEED.test(name) ? needs.byAge(mtimeMs) : undefined);
      yield* littered(indexFile(repository, name), (mtimeMs) => judge(need(mtimeMs), guard));
    }
  }
  for (const repository of repositories)
    for await (const path of unfinishedFiles(repository)) yield* littered(path, (mtimeMs) => judge(needs.byAge(mtimeMs)));
  for (const directory of new Set(repositories.map((repository) => dirname(repository))))
    for (const name of (await namesIn(directory)).filter((each) => UNFINISHED.test(each)))
      yield* littered(join(directory, name), (mtimeMs) => judge(needs.byAge(mtimeMs)));
}

const UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** What is beside the index of a run. */
const INDEX_ENDS = /(\.lock|\.\.included)$/;
const SEED = new RegExp(`^seed-${UUID}`);
/** A repository gets its name when it is whole. */
const UNFINISHED = new RegExp(`^\\..+-${UUID}$`);

type Judgement = Pick<Litter, "verdict" | "reason" | "around">;

function judge(need: string | undefined, around?: Litter["around"]): Judgement {
  if (need !== undefined) return { verdict: "keep", reason: need };
  return { verdict: "collect", reason: "nobody works with it any more", ...(around ? { around } : {}) };
}

async function* littered(path: string, judgement: (mtimeMs: number) => Judgement): AsyncGenerator<Litter, void> {
  const measured = await disk.onDisk("look at", path, measure(nodeDisk, path));
  if (measured) yield { ...measured, path, what: basename(path), ...judgement(measured.mtimeMs) };
}

async function namesIn(directory: string): Promise<string[]> {
  const entries = (await disk.ifPresent("list", directory, nodeDisk.readdir(directory, { withFileTypes: true }))) ?? [];
  return entries.map(({ name }) => name).sort();
}

/** What cannot be kept for these reasons is for somebody to put in order. */
const REFUSALS = ["OUTCOME_PATH_INVALID", "OUTCOME_SECRET"];

/** With an index of its own: that of the run stays what it was. @returns false for what cannot be kept. */
async function keepContent(place: GitOutcomes, runId: RunId): Promise<boolean> {
  const git = gitOf(place);
  const known = await repositoryOf(git, place, runId);
  if (known === undefined) return true;
  const index = indexFile(known.gitDir, `seed-${randomUUID()}`);
  try {
    const run = { runId, ...known, workTree: join(place.workDirectory, runId), index, rules: { secrets: place.secrets } };
    await takeSnapshot({ git, run, index: undefined, brought: new Set(), large: noLargeFiles() });
    return true;
  } catch (error) {
    if (REFUSALS.some((code) => DadError.is(error, code))) return false;
    throw error;
  } finally {
    await rm(index, { force: true });
  }
}
