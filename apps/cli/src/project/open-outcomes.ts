import { join } from "node:path";
import { filesAfter } from "@dad/lineage";
import { type LocalStore, type LocalStoreOptions, localStore } from "@dad/local";
import type { NodeStatus, OutcomePlace, OutcomeRef, RunDetails } from "@dad/protocol";
import { OutcomeNoneError, RunRootUnknownError, UsageError } from "../errors.ts";
import { findRunRoot } from "./find-project.ts";
import { findRun } from "./find-run.ts";
import { isDirectory } from "./is-directory.ts";
import { projectsIn } from "./outcome-of.ts";

export type Repository = LocalStore["outcomes"];

/** The outcome of a run that somebody asked for. */
export interface FoundOutcome {
  readonly run: RunDetails;
  readonly repository: Repository;
  /** The newest commit of the run. */
  readonly tip: OutcomeRef;
  /** The commit that was asked for. */
  readonly place: OutcomePlace;
}

/** The repositories of outcomes of a run root, which may hold those of several projects. */
export interface Outcomes extends AsyncDisposable {
  readonly runRoot: string;
  readonly runs: LocalStore;
  /** By the name of the project. */
  repositories(): Promise<ReadonlyMap<string, Repository>>;
  /**
   * An outcome by what somebody wrote: `<run>` for its newest commit, `<run>@<node>` for its files when that node had ended.
   *
   * @throws RunUnknownError (`RUN_UNKNOWN`), OutcomeNoneError (`OUTCOME_NONE`), `NODE_UNKNOWN`, `NODE_AMBIGUOUS`, UsageError (`USAGE_INVALID`).
   */
  find(given: string): Promise<FoundOutcome>;
}

/** The outcomes of the runs that somebody means. @throws RunRootUnknownError (`RUN_ROOT_UNKNOWN`). */
export async function openOutcomes(flags: { readonly runRoot?: string | undefined }): Promise<Outcomes> {
  const runRoot = await findRunRoot({ cwd: process.cwd(), runRoot: flags.runRoot });
  return await openOutcomesIn({ runRoot, hostEnv: process.env });
}

/** The same, where more is known of the project. */
export async function openOutcomesIn(options: LocalStoreOptions & { readonly runRoot: string }): Promise<Outcomes> {
  const { runRoot } = options;
  if (!(await isDirectory(runRoot))) throw new RunRootUnknownError(runRoot);
  const runs = localStore(options);
  const stores = new Map<string, LocalStore>();

  /** A repository that is asked for is made when it is not there: only those that are there are asked for. */
  async function repositories(): Promise<ReadonlyMap<string, Repository>> {
    for (const project of await projectsIn(join(runRoot, "outcome"))) {
      if (!stores.has(project)) stores.set(project, localStore({ ...options, project }));
    }
    return new Map([...stores].map(([project, { outcomes }]) => [project, outcomes]));
  }

  return {
    runRoot,
    runs,
    repositories,
    async find(given) {
      const [runId, node] = partsOf(given);
      const run = await findRun(runs, runId);
      const { repository, tip } = await newestOf(run, await repositories(), runRoot);
      return { run, repository, tip, place: await placeOf(runs, run, { node, tip }) };
    },
    async [Symbol.asyncDispose]() {
      for (const store of [runs, ...stores.values()]) await store[Symbol.asyncDispose]();
    },
  };
}

/** No run id has an `@`. */
function partsOf(given: string): readonly [runId: string, node: string | undefined] {
  const at = given.indexOf("@");
  if (at < 0) return [given, undefined];
  const [runId, node] = [given.slice(0, at), given.slice(at + 1)];
  if (node === "") throw new UsageError(`${given}: give the path of a node after @, or leave that out`);
  return [runId, node];
}

async function newestOf(run: RunDetails, repositories: ReadonlyMap<string, Repository>, runRoot: string) {
  const own = repositories.get(run.source?.project ?? "");
  const others = [...repositories.values()].filter((repository) => repository !== own);
  for (const repository of [...(own ? [own] : []), ...others]) {
    const tip = await repository.find(run.runId);
    if (tip) return { repository, tip };
  }
  throw new OutcomeNoneError(run.runId, whyNone(run, runRoot));
}

function whyNone({ status, outcome, workspace, error }: RunDetails, runRoot: string): string {
  if (workspace !== undefined) return "it was run without one (--no-outcome)";
  if (outcome) return `its branch ${outcome.branch} is in no repository in ${join(runRoot, "outcome")}; dad fsck says what can be done`;
  if (status === "running") return "it has not committed anything yet";
  if (error?.code.startsWith("OUTCOME_")) return `it could not be committed: ${error.message}`;
  return "it ended before its first commit";
}

const UNENDED: ReadonlySet<NodeStatus> = new Set(["running", "waiting", "interrupted"]);

async function placeOf(
  runs: LocalStore,
  { runId, nodes }: RunDetails,
  { node, tip }: { readonly node: string | undefined; readonly tip: OutcomeRef },
): Promise<OutcomePlace> {
  if (node === undefined) return { runId, commit: tip.commit };
  const { path, commit, by } = await filesAfter(runs, { runId, node });
  if (commit === undefined) throw new OutcomeNoneError(runId, "its journal names no commit");
  const status = nodes.find((summary) => summary.path === path)?.status;
  if (status !== undefined && UNENDED.has(status))
    throw new OutcomeNoneError(runId, `node ${path} has not ended (${status}): ask for one that has, or leave @ and the node out`);
  return { runId, node: path, commit, ...(by === undefined ? {} : { by }) };
}
