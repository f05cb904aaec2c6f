import { type Command, InvalidArgumentError, Option } from "commander";
import type { OutcomeCheckoutFlags } from "../actions/outcome-checkout.ts";
import type { OutcomeDiffFlags } from "../actions/outcome-diff.ts";
import type { OutcomeLogFlags } from "../actions/outcome-log.ts";
import type { OutcomeLsFlags } from "../actions/outcome-ls.ts";
import type { OutcomeMergeFlags } from "../actions/outcome-merge.ts";
import type { OutcomeShowFlags } from "../actions/outcome-show.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

const RUN_ROOT = ["--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory] as const;
const PLACE = "the id of a run, for its newest commit, or with @ and the path of a node, for the files when that had ended";

/** `dad outcome …` */
export function declareOutcome(program: Command, finish: Finish): void {
  const outcome = program
    .command("outcome")
    .summary("look at, take out and merge the files that runs left")
    .description(
      "Looks at the files that runs left, takes them out and merges them. Each run has a branch of its own in a git repository: run/<run id>.",
    )
    .addHelpText("after", EXAMPLES);
  declareList(outcome, finish);
  declareShowOutcome(outcome, finish);
  declareLog(outcome, finish);
  declareDiffOutcomes(outcome, finish);
  declareCheckoutOutcome(outcome, finish);
  declareMerge(outcome, finish);
  for (const command of outcome.commands) command.showHelpAfterError(`(dad outcome ${command.name()} --help shows what it takes)`);
}

function declareList(outcome: Command, finish: Finish): void {
  outcome
    .command("ls")
    .summary("list the runs with an outcome")
    .description(
      "Lists the runs that have an outcome, newest first. Of the newest 20 it counts the files that they added (+), modified (~) and deleted (-).",
    )
    .option(...RUN_ROOT)
    .option("--all", "count the files of all of them")
    .option("--json", "print them as a JSON array")
    .action(async (flags: OutcomeLsFlags) => {
      const { listOutcomes } = await import("../actions/outcome-ls.ts");
      finish(await listOutcomes(flags));
    });
}

function declareShowOutcome(outcome: Command, finish: Finish): void {
  outcome
    .command("show")
    .usage("[options] <run>[@<node>]")
    .summary("show the outcome of a run")
    .description("Shows the outcome of a run: where it starts, which node committed what, which files it changed since its start, and where it is.")
    .argument("<run>", PLACE)
    .option(...RUN_ROOT)
    .addOption(new Option("--patch", "print what it changed as a unified difference, for git apply").conflicts("json"))
    .option("--json", "print it as one JSON object")
    .action(async (given: string, flags: OutcomeShowFlags) => {
      const { showOutcome } = await import("../actions/outcome-show.ts");
      finish(await showOutcome(given, flags));
    });
}

function declareLog(outcome: Command, finish: Finish): void {
  outcome
    .command("log")
    .usage("[options] <run>[@<node>]")
    .summary("list the commits of a run")
    .description("Lists the commits of a run, newest first: whose they are, how many files they changed, and the digest of what the node gave.")
    .argument("<run>", PLACE)
    .option(...RUN_ROOT)
    .option("--limit <n>", "so many at most (default: 50)", count)
    .option("--json", "print them as one JSON object")
    .action(async (given: string, flags: OutcomeLogFlags) => {
      const { logOutcome } = await import("../actions/outcome-log.ts");
      finish(await logOutcome(given, flags));
    });
}

function declareDiffOutcomes(outcome: Command, finish: Finish): void {
  outcome
    .command("diff")
    .usage("[options] <before>[@<node>] <after>[@<node>]")
    .summary("show how the files of two outcomes differ")
    .description("Shows how the files of two outcomes differ. The exit code is 0 when nothing differs, and 10 when something does.")
    .argument("<before>", PLACE)
    .argument("<after>", "the same, of what it is compared with; it may be the same run")
    .option(...RUN_ROOT)
    .option("--node <path>", "compare the files as they were in both runs when this node had ended")
    .addOption(new Option("--patch", "print only the unified difference, for git apply").conflicts("json"))
    .option("--json", "print it as one JSON object")
    .action(async (before: string, after: string, flags: OutcomeDiffFlags) => {
      const { diffOutcomes } = await import("../actions/outcome-diff.ts");
      finish(await diffOutcomes({ before, after }, flags));
    });
}

function declareCheckoutOutcome(outcome: Command, finish: Finish): void {
  outcome
    .command("checkout")
    .usage("[options] <run>[@<node>] <dir>")
    .summary("write the files of an outcome to a directory")
    .description(
      "Writes the files of an outcome to a directory that is empty or not there. Nothing is overwritten, and the directory is no repository.",
    )
    .argument("<run>", PLACE)
    .argument("<dir>", "the directory", directory)
    .option(...RUN_ROOT)
    .option("--json", "print what was done as one JSON object")
    .action(async (given: string, into: string, flags: OutcomeCheckoutFlags) => {
      const { checkoutOutcome } = await import("../actions/outcome-checkout.ts");
      finish(await checkoutOutcome(given, into, flags));
    });
}

function declareMerge(outcome: Command, finish: Finish): void {
  outcome
    .command("merge")
    .usage("[options] <run>")
    .summary("merge the outcome of a run into a branch")
    .description(
      "Merges the outcome of a run into a branch: of the project, when the run started from a revision of it, and else of the repository of the outcomes. " +
        "With a conflict, nothing is changed. A branch that is checked out somewhere is not moved: what moves it is told. The exit code of both is 1.",
    )
    .argument("<run>", "the id of the run")
    .option(...RUN_ROOT)
    .option("--into <branch>", "the branch (default: the one that the run started from, or main); one that is not there is made", directory)
    .option("--squash", "make one commit of all, instead of a merge")
    .option("--json", "print what was done as one JSON object")
    .action(async (given: string, flags: OutcomeMergeFlags) => {
      const { mergeOutcome } = await import("../actions/outcome-merge.ts");
      finish(await mergeOutcome(given, flags));
    });
}

function count(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is no positive integer.");
}

const EXAMPLES = `
Examples:
  dad outcome ls
  dad outcome show run_20261122_073443_1f9c2a --patch | git apply
  dad outcome diff run_20261122_073443_1f9c2a rerun_20261122_080102_77ab01 --node coder.fix.apply
  dad outcome checkout run_20261122_073443_1f9c2a@coder.fix.apply ./after-apply
  dad outcome merge run_20261122_073443_1f9c2a --into feature --squash`;
