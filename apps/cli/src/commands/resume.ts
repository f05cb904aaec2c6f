import type { Command } from "commander";
import type { ResumeFlags } from "../actions/resume-run.ts";
import type { Finish } from "../exit-code.ts";
import { declareAsking } from "./asking.ts";
import { declareBudget } from "./budget.ts";
import { directory } from "./directory.ts";
import { declareIsolation } from "./isolation.ts";

/** `dad resume <run> [file]` */
export function declareResume(program: Command, finish: Finish): void {
  const command = program
    .command("resume")
    .summary("go on with a run")
    .description(
      "Goes on with a run that waits, was interrupted, failed or was cancelled: the same run. What had completed is not executed again; all else is.",
    )
    .argument("<run>", "the id of the run")
    .argument("[file]", "the file that exports its agent (default: the one that it was begun with)")
    .option("--assume-not-done [path...]", "what was interrupted and must not be done twice was not done: do it (default: all such nodes)")
    .option("--assume-done <path=json...>", "it was done, and gave this (the path alone: null): do not do it again")
    .option("--allow-changed", "go on although the agent is not the one that the run was begun with")
    .option("--no-outcome", "go on without an outcome, where the run has not come as far as that")
    .option("--take-over", "take the run from a process that hangs: stop that process, too")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--profile <name>", "the profile whose resources are used (default: the one that the run was begun with)");
  declareBudget(
    declareAsking(declareIsolation(command)),
    "in the place of what it had so far; none takes a limit away (usd=none), or all of them (none)",
  )
    .option("--json", "print the run as one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async (runId: string, file: string | undefined, flags: ResumeFlags) => {
      const { resumeRun } = await import("../actions/resume-run.ts");
      finish(await resumeRun(runId, file, flags));
    });
}

const EXAMPLES = `
Examples:
  dad resume run_20261122_073443_1f9c2a
  dad resume run_20261122_073443_1f9c2a --budget usd=5
  dad resume run_20261122_073443_1f9c2a --assume-not-done
  dad resume run_20261122_073443_1f9c2a --assume-done 'coder.publish={"url":"https://example.com/1"}'`;
