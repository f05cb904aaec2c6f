import type { OutcomeSummary } from "@dad/outcome";
import type { OutcomeListEntry, RunId, RunStatus } from "@dad/protocol";
import { listRuns } from "@dad/run-context";
import { countsOf, jsonText, outcomeListText, paintFor, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { findRunRoot } from "../project/find-project.ts";
import { isDirectory } from "../project/is-directory.ts";
import { openOutcomesIn, type Outcomes, type Repository } from "../project/open-outcomes.ts";

export interface OutcomeLsFlags {
  readonly runRoot?: string;
  /** Counts the files of all of them. */
  readonly all?: true;
  readonly json?: true;
}

/** What a run changed takes git a few processes to tell: of older ones it is told on request. */
const MOST_COUNTED = 20;
const AT_ONCE = 4;

/** Lists the runs that have an outcome, newest first. */
export async function listOutcomes({ all, json, ...flags }: OutcomeLsFlags): Promise<number> {
  offerOwnPackages();
  const runRoot = await findRunRoot({ cwd: process.cwd(), runRoot: flags.runRoot });
  // Before its first run a project has no run root; one that was written out is a slip.
  const isThere = flags.runRoot !== undefined || (await isDirectory(runRoot));
  const entries = isThere ? await allEntries(runRoot, all ? Number.POSITIVE_INFINITY : MOST_COUNTED) : [];
  if (entries.length === 0) process.stderr.write(`no run in ${visible(runRoot)} has an outcome\n`);
  if (json) process.stdout.write(jsonText(entries));
  else if (entries.length > 0) process.stdout.write(`${outcomeListText(visible(entries), paintFor(process.stdout), process.stdout.columns)}\n`);
  return EXIT.done;
}

interface Listed {
  readonly project: string;
  readonly repository: Repository;
  readonly summary: OutcomeSummary;
}

async function allEntries(runRoot: string, counted: number): Promise<OutcomeListEntry[]> {
  await using outcomes = await openOutcomesIn({ runRoot, hostEnv: process.env });
  const listed: Listed[] = [];
  for (const [project, repository] of await outcomes.repositories()) {
    for await (const summary of repository.list()) listed.push({ project, repository, summary });
  }
  listed.sort(newestFirst);
  const statuses = await statusesIn(outcomes);
  const entries: OutcomeListEntry[] = [];
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const some = listed.slice(at, at + AT_ONCE);
    entries.push(...(await Promise.all(some.map((one, offset) => entryOf(one, { statuses, isCounted: at + offset < counted })))));
  }
  return entries;
}

function newestFirst({ summary: left }: Listed, { summary: right }: Listed): number {
  return Date.parse(right.time) - Date.parse(left.time) || (left.runId < right.runId ? 1 : -1);
}

async function statusesIn({ runs, runRoot }: Outcomes): Promise<ReadonlyMap<RunId, RunStatus>> {
  const { runs: known } = await listRuns(runs.journals, { runRoot, index: runs.index });
  return new Map(known.map(({ runId, status }) => [runId, status]));
}

interface Known {
  readonly statuses: ReadonlyMap<RunId, RunStatus>;
  readonly isCounted: boolean;
}

async function entryOf({ project, repository, summary }: Listed, { statuses, isCounted }: Known): Promise<OutcomeListEntry> {
  const { runId, branch, commit, subject, time } = summary;
  const changes = isCounted ? countsOf((await repository.changes(commit)).map((change) => ({ ...change }))) : null;
  return { runId, project, status: statuses.get(runId) ?? null, branch, commit, subject, time, changes };
}
