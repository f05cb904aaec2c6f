import { bisection, type BisectionResult, commitsOf } from "@dad/lineage";
import type { BisectReport, BisectTest } from "@dad/protocol";
import { bisectText, jsonText, paintFor, placeText, shellWord, visible } from "@dad/terminal";
import { interruption } from "../agent-file/interruption.ts";
import { offerOwnPackages } from "../agent-file/own-packages.ts";
import { BisectImpossibleError, UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { bisectTester, type TestableCommit } from "../project/bisect-tester.ts";
import { culpritOf } from "../project/culprit-of.ts";
import { findProject } from "../project/find-project.ts";
import { commandLine } from "../project/next-commands.ts";
import { type FoundOutcome, type Outcomes, openOutcomesIn } from "../project/open-outcomes.ts";
import { spaceChoice, type SpaceFlags } from "../project/space-choice.ts";

export interface BisectFlags extends SpaceFlags {
  readonly runRoot?: string;
  /** A line of the shell. */
  readonly test: string;
  /** What tests write is passed on. */
  readonly verbose?: true;
  readonly json?: true;
}

/** Finds the node of a run whose commit made a test fail. */
export async function bisect(given: string, flags: BisectFlags): Promise<number> {
  offerOwnPackages();
  if (given.includes("@")) throw new UsageError(`${given}: all of a run is searched: leave @ and the node out`);
  const cwd = process.cwd();
  const project = await findProject(cwd, { cwd, runRoot: flags.runRoot });
  const choice = spaceChoice(project, flags, cwd);
  await using outcomes = await openOutcomesIn(project.store);
  const found = await outcomes.find(given);
  const commits = await lineOf(outcomes, found);
  using stop = interruption({ say: (text) => process.stderr.write(text), end: () => process.exit(EXIT.cancelled), what: "the search" });
  try {
    const { test, env, verbose = false } = flags;
    const tester = bisectTester(commits, { ...choice, test, env, verbose, repository: found.repository, signal: stop.signal });
    const result = await search(commits.length, tester.test);
    const report: BisectReport = {
      format: "dad.bisect/1",
      runId: found.run.runId,
      test: flags.test,
      ...(await toldOf(result, { outcomes, found, commits })),
      commits: commits.length,
      tests: [...tester.tests],
      isolation: tester.isolation(),
    };
    process.stdout.write(flags.json ? jsonText(report) : `${await textOf(report, { outcomes, found })}\n`);
    return report.result === "found" ? EXIT.done : EXIT.failed;
  } catch (error) {
    // Whatever came of it on the way: it was asked for.
    if (stop.signal.aborted) throw stop.signal.reason;
    throw error;
  }
}

/** What the run started from, what its nodes committed, and its newest commit, where that has other files. */
async function lineOf({ runs }: Outcomes, { run: { runId }, tip }: FoundOutcome): Promise<readonly TestableCommit[]> {
  const { opened, start = tip.parent ?? tip.commit, nodes } = await commitsOf(runs, { runId });
  const last = nodes.at(-1)?.outcome ?? (opened?.commit === start ? opened : { commit: start, tree: undefined });
  const isEnd = last.commit === tip.commit || (last.tree !== undefined && last.tree === tip.tree);
  const commits = [
    { commit: start },
    ...nodes.map((node) => ({ commit: node.outcome.commit, path: node.path, attempt: node.attempt, node })),
    ...(isEnd ? [] : [{ commit: tip.commit }]),
  ].map((commit, at) => ({ ...commit, at }));
  if (commits.length < 2) throw new BisectImpossibleError(runId);
  return commits;
}

async function search(count: number, test: (at: number, tests: number) => Promise<BisectTest["verdict"]>): Promise<BisectionResult> {
  const searching = bisection(count);
  let step = searching.next();
  while (!step.done) step = searching.next(await test(step.value.at, step.value.tests));
  return step.value;
}

interface Searched {
  readonly outcomes: Outcomes;
  readonly found: FoundOutcome;
  readonly commits: readonly TestableCommit[];
}

async function toldOf(
  result: BisectionResult,
  { outcomes, found, commits }: Searched,
): Promise<Pick<BisectReport, "result" | "culprit" | "candidates">> {
  if (result.kind === "found") return { result: "found", culprit: await culpritOf(result.at, { runs: outcomes.runs, found, commits }) };
  if (result.kind === "narrowed")
    return { result: "narrowed", candidates: commits.slice(result.first, result.last + 1).map(({ node: _node, ...commit }) => commit) };
  if (result.verdict === "unknown") return { result: "unknown" };
  return { result: result.at === "last" ? "passes" : "fails" };
}

async function textOf(report: BisectReport, { outcomes, found }: Omit<Searched, "commits">): Promise<string> {
  const { runId, culprit, test } = report;
  const cwd = process.cwd();
  const line = await commandLine({ cwd, runRoot: outcomes.runRoot, clone: process.env["DAD_CLONE"] });
  const node = culprit?.path;
  const next =
    node === undefined
      ? []
      : [
          line("why", runId, node),
          `git -C ${shellWord(placeText(found.repository.location, cwd))} show ${culprit?.commit}`,
          line("rerun", runId, "--from", culprit?.prompt?.runId === runId ? culprit.prompt.path : node),
        ];
  const command = (...options: readonly string[]) => line("bisect", runId, "--test", test, ...options);
  return bisectText(visible(report), { paint: paintFor(process.stdout), command, next });
}
