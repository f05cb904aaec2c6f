import { type Command, InvalidArgumentError } from "commander";
import type { BisectFlags } from "../actions/bisect.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";
import { declareSpace, fraction } from "./space.ts";

/** `dad bisect <run> --test <command>` */
export function declareBisect(program: Command, finish: Finish): void {
  const bisect = program
    .command("bisect")
    .summary("find the node that made a test fail")
    .description(
      "Finds the node of a run whose commit made a test fail, and shows what its model was asked and what came of it. The test has to pass with what the run started from and fail with what it left; it is made about log₂ of the commits times, " +
        "each time with the files of a commit in a temporary directory, in isolation. It gets neither a terminal nor standard input.",
    )
    .argument("<run>", "the id of the run")
    .requiredOption("--test <command>", "a line of the shell (sh): it passes with exit code 0, fails with 1 to 127, cannot tell with 125", line)
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory);
  declareSpace(bisect)
    .option("--timeout <seconds>", "after which a test is ended, which is to fail", fraction)
    .option("--verbose", "pass on what the tests write, to standard error")
    .option("--json", "print what was found as one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async (runId: string, flags: BisectFlags) => {
      const { bisect: search } = await import("../actions/bisect.ts");
      finish(await search(runId, flags));
    });
}

function line(value: string): string {
  if (value.trim() === "") throw new InvalidArgumentError("It is empty.");
  return value;
}

const EXAMPLES = `
Exit codes: 0 when the node was found, 1 when it was not: the test passes at the end, fails already at the start, cannot tell too often,
or was broken off (an exit code over 127).

Examples:
  dad bisect run_20261122_073443_1f9c2a --test 'node --test'
  dad bisect run_20261122_073443_1f9c2a --test 'make -s || exit 125; ./check' --timeout 60
  dad bisect run_20261122_073443_1f9c2a --test 'npm test' --mount ro:/opt/node_modules --env NODE_PATH=/opt/node_modules`;
