import { type Command, InvalidArgumentError, Option } from "commander";
import type { ForkFlags } from "../actions/fork-run.ts";
import type { RerunFlags } from "../actions/prepare-rerun.ts";
import type { RerunRunFlags } from "../actions/rerun-run.ts";
import type { Finish } from "../exit-code.ts";
import { declareAsking } from "./asking.ts";
import { declareBudget } from "./budget.ts";
import { directory } from "./directory.ts";
import { declareIsolation } from "./isolation.ts";
import { declareWithOutcome } from "./with-outcome.ts";

/** `dad rerun <run> [file]` */
export function declareRerun(program: Command, finish: Finish): void {
  const command = program
    .command("rerun")
    .summary("make a new run from an earlier one")
    .description(
      "Makes a new run from an earlier one. What is unchanged is reused and costs nothing; with --from, all that comes before it is, and it and what comes after it are executed.",
    );
  declareBudget(declareAsking(declareIsolation(rerunOptions(command))))
    .option("--dry-run", "say what would be done, as dad explain does")
    .addOption(new Option("--run-id <id>", "the id of the new run, instead of a made one").conflicts("prefix"))
    .option("--prefix <prefix>", "begins the id of the new run")
    .option("--json", "print the run as one JSON object")
    .addHelpText("after", RERUN_EXAMPLES)
    .action(async (runId: string, file: string | undefined, flags: RerunRunFlags) => {
      const { rerunRun } = await import("../actions/rerun-run.ts");
      finish(await rerunRun(runId, file, flags));
    });
}

/** `dad explain <run> [file]` */
export function declareExplain(program: Command, finish: Finish): void {
  const command = program
    .command("explain")
    .summary("say what a re-run would do, and why")
    .description(
      "Says for every node what a re-run would do with it, and why. Nothing is executed. Exits with 0 when nothing would be, and with 10 when something would, or the re-run would be refused.",
    );
  rerunOptions(command)
    .option("--json", "print the plan as one JSON object")
    .addHelpText("after", EXPLAIN_EXAMPLES)
    .action(async (runId: string, file: string | undefined, flags: RerunFlags) => {
      const { explainRun } = await import("../actions/explain-run.ts");
      finish(await explainRun(runId, file, flags));
    });
}

/** `dad fork <run> [file]` */
export function declareFork(program: Command, finish: Finish): void {
  const command = runAndFile(program.command("fork"))
    .summary("make several new runs from an earlier one, and compare them")
    .description(
      "Makes several new runs from an earlier one, each with something else set. They share what comes before --from, and execute it and what comes after it. " +
        "At the end their results, costs and files are shown side by side.",
    )
    .requiredOption("--from <path>", "execute this and all that comes after it in each new run; reuse all else")
    .option(
      "--set <path.field=json>",
      "a setting of a node, or a variable of a component. Of a field that is given more than once each value is tried; of several fields all combinations",
      append,
    )
    .option("-n, --times <k>", "make each of them so often: a model that is asked again may say something else", count, 1)
    .option("--concurrency <n>", "how many go on at a time", count, 4)
    .option("--budget <usd>", "what all of them together may cost: when it is exhausted, or a cost is not known, what goes on is cancelled", dollars);
  declareIsolation(sharedOptions(command))
    .option("--prefix <prefix>", "begins the ids of the new runs")
    .option("--json", "print the comparison as one JSON object")
    .addHelpText("after", FORK_EXAMPLES)
    .action(async (runId: string, file: string | undefined, flags: ForkFlags) => {
      const { forkRun } = await import("../actions/fork-run.ts");
      finish(await forkRun(runId, file, flags));
    });
}

function count(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is no positive integer.");
}

function dollars(value: string): number {
  if (/^\d*\.?\d+$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("It is no positive number of US dollars, such as 0.50.");
}

/** What a run is made of an earlier one with. */
function rerunOptions(command: Command): Command {
  const own = runAndFile(command)
    .option("--from <path>", "execute this and all that comes after it; reuse all else")
    .option("--set <path.field=json>", "a setting of a node, or a variable of a component, for this run; repeatable", append)
    .option("--no-reuse", "execute everything")
    .addOption(
      new Option(
        "--replay",
        "give what models and other outsiders gave from the record, execute all else, and fail at the first difference",
      ).conflicts(["from", "reask", "pin", "reuse"]),
    );
  return sharedOptions(own);
}

function runAndFile(command: Command): Command {
  return command
    .argument("<run>", "the id of the earlier run")
    .argument("[file]", "the file that exports its agent (default: the one that it was begun with)");
}

/** What all re-runs take, be it one or several. */
function sharedOptions(command: Command): Command {
  return declareWithOutcome(command)
    .addOption(new Option("--revision <rev>").hideHelp())
    .option("--reask <path>", "execute this although it is unchanged; repeatable", append)
    .option("--pin <path>", "reuse this although it is changed; repeatable", append)
    .option("-i, --input <path=json>", "a static input, instead of that of the earlier run; repeatable", append)
    .option("--static-inputs <file>", "static inputs as a JSON object, by node path; --input comes first")
    .option("--input-dir <dir>", "files for the run, in the place of those of the earlier run with the same paths; repeatable", append)
    .option(
      "--allow-effects [path...]",
      "let effectful nodes do once more what they did (default: all). After <run>: it takes every path that follows it",
    )
    .option("--allow-failed", "let nodes before --from fail again as they did")
    .option("--allow-removed", "leave out what nodes gave that the agent has no more")
    .option("--allow-unfinished", "make it from a run that has not come to its end")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--profile <name>", "the profile whose resources are used (default: the one that the earlier run was begun with)");
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

const RERUN_EXAMPLES = `
Examples:
  dad rerun run_20261122_073443_1f9c2a
  dad rerun run_20261122_073443_1f9c2a --from coder.fix.verify
  dad rerun run_20261122_073443_1f9c2a --set 'coder.fix.plan.settings={"temperature":0.2}'`;

const EXPLAIN_EXAMPLES = `
Examples:
  dad explain run_20261122_073443_1f9c2a
  dad explain run_20261122_073443_1f9c2a --reask coder.fix.plan --json`;

const FORK_EXAMPLES = `
Examples:
  dad fork run_20261122_073443_1f9c2a --from coder.fix.plan -n 3 --budget 0.50
  dad fork run_20261122_073443_1f9c2a --from coder.fix.plan \\
    --set 'coder.fix.plan.model="small"' --set 'coder.fix.plan.model="large"' --set 'coder.style="terse"'`;
