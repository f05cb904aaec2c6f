import { commitsOf, type RunCommits } from "@dad/lineage";
import type { OutcomeRef, OutcomeReport } from "@dad/protocol";
import { jsonText, outcomePlaceText, outcomeText, paintFor, placeText, shellWord, visible } from "@dad/terminal";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { EXIT } from "../exit-code.ts";
import { commandLine } from "../project/next-commands.ts";
import { type FoundOutcome, openOutcomes } from "../project/open-outcomes.ts";
import { writePatch } from "../terminal/write-patch.ts";

export interface OutcomeShowFlags {
  readonly runRoot?: string;
  readonly patch?: true;
  readonly json?: true;
}

/** Shows the outcome of a run: where it starts, who committed what, what changed, where it is. */
export async function showOutcome(given: string, { patch, json, ...flags }: OutcomeShowFlags): Promise<number> {
  offerOwnPackages();
  await using outcomes = await openOutcomes(flags);
  const found = await outcomes.find(given);
  const commits = await commitsOf(outcomes.runs, { runId: found.run.runId });
  const start = startOf(found, commits);
  const range = { from: start.commit };
  if (patch) writePatch(await found.repository.patch(found.place.commit, range));
  else {
    const changes = (await found.repository.changes(found.place.commit, range)).map((change) => ({ ...change }));
    const report = reportOf(found, { commits, start, changes });
    process.stdout.write(json ? jsonText(report) : `${await textOf(report, outcomes.runRoot)}\n`);
  }
  return EXIT.done;
}

/** What the run itself began with; of what nodes changed that it reused, what was before that. */
function startOf({ place, tip }: FoundOutcome, { opened, start, nodes }: RunCommits): OutcomeRef {
  const isBefore = place.node !== undefined && nodes.findIndex(({ outcome }) => outcome.commit === place.commit) <= lastReused(opened, nodes);
  const begun = { branch: tip.branch, commit: start ?? tip.parent ?? tip.commit };
  return isBefore && begun.commit !== opened?.commit ? begun : (opened ?? begun);
}

function lastReused(opened: OutcomeRef | undefined, nodes: RunCommits["nodes"]): number {
  return nodes.findIndex(({ outcome }) => outcome.commit === opened?.commit);
}

type Told = Pick<OutcomeReport, "start" | "changes"> & { readonly commits: RunCommits };

function reportOf({ run, repository, tip, place }: FoundOutcome, { commits, start, changes }: Told): OutcomeReport {
  const known = [...commits.nodes.map(({ outcome }) => outcome), ...(run.outcome ? [run.outcome] : []), ...(commits.opened ? [commits.opened] : [])];
  const { runId, node, by, commit } = place;
  return {
    format: "dad.outcome/1",
    runId,
    ...(node === undefined ? {} : { node }),
    ...(by === undefined ? {} : { by }),
    commit,
    status: run.status,
    branch: tip.branch,
    start,
    ...(run.rerun ? { rerunOf: run.rerun.of } : {}),
    repository: repository.location,
    commits: commitsUntil(place, commits).map(({ path, attempt, status, decision, outcome }) => ({
      path,
      attempt,
      status,
      decision,
      commit: outcome.commit,
      ...(outcome.parent === undefined ? {} : { parent: outcome.parent }),
    })),
    changes,
    large: known.find((ref) => ref.commit === commit)?.large ?? [],
  };
}

/** When a node had ended, those after it were not there yet. */
function commitsUntil({ node, commit }: FoundOutcome["place"], { nodes }: RunCommits): RunCommits["nodes"] {
  return node === undefined ? nodes : nodes.slice(0, nodes.findLastIndex(({ outcome }) => outcome.commit === commit) + 1);
}

async function textOf(report: OutcomeReport, runRoot: string): Promise<string> {
  const cwd = process.cwd();
  const line = await commandLine({ cwd, runRoot, clone: process.env["DAD_CLONE"] });
  const what = outcomePlaceText(report);
  const command = (...options: readonly string[]) => line("outcome", "show", what, ...options);
  const next = [
    `git -C ${shellWord(placeText(report.repository, cwd))} log --stat ${report.start.commit.slice(0, 12)}..${report.commit.slice(0, 12)}`,
    command("--patch"),
    line("outcome", "checkout", what, "./outcome-files"),
    ...(report.node === undefined ? [line("outcome", "merge", report.runId)] : []),
    ...(report.commits.length > 1 ? [line("bisect", report.runId, "--test", "npm test")] : []),
  ];
  return outcomeText(visible(report), { paint: paintFor(process.stdout), cwd, command, next });
}
