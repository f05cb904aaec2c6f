import { type Command, InvalidArgumentError } from "commander";
import type { LogsFlags } from "../actions/logs.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad logs <run>` */
export function declareLogs(program: Command, finish: Finish): void {
  program
    .command("logs")
    .summary("print what happened in a run, event by event")
    .description(
      "Prints the events of a run in the order in which they were recorded, a line for each. What commands printed and models said is no event but an artifact: dad show says where it is.",
    )
    .argument("<run>", "the id of the run")
    .option("-f, --follow", "go on with what comes, as long as somebody works on the run")
    .option("--from <seq>", "begin with the event of this sequence number", sequenceNumber)
    .option("--type <pattern>", 'only events of this type, as in node.completed, or "node.*"; repeatable', append)
    .option("--path <pattern>", 'only what happened at this node or component; * stands for one step, ** for any number: "coder.**"')
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print them as CloudEvents, each in a line")
    .addHelpText("after", EXAMPLES)
    .action(async (runId: string, flags: LogsFlags) => {
      const { showLogs } = await import("../actions/logs.ts");
      finish(await showLogs(runId, flags));
    });
}

function sequenceNumber(value: string): number {
  if (!/^[1-9]\d{0,14}$/.test(value)) throw new InvalidArgumentError("Give a whole number from 1.");
  return Number(value);
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

const EXAMPLES = `
Examples:
  dad logs run_20261122_073443_1f9c2a -f
  dad logs run_20261122_073443_1f9c2a --type node.failed --type 'input.*'
  dad logs run_20261122_073443_1f9c2a --path 'coder.fix.**' --json`;
