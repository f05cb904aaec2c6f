import { type Command, InvalidArgumentError } from "commander";
import type { DiffFlags } from "../actions/diff-runs.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad diff <before> <after>` */
export function declareDiff(program: Command, finish: Finish): void {
  program
    .command("diff")
    .summary("show how two runs differ")
    .description(
      "Shows how two runs differ: each attempt of each node (status, what it was made of, prompts, outputs, tool calls, tokens, cost, time), and the files of their outcomes. " +
        "The exit code is 0 when nothing differs, and 10 when something does.",
    )
    .argument("<before>", "the id of a run")
    .argument("<after>", "the id of the run that it is compared with")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--node <path>", "only this node, or what is in this component, as in coder.fix or coder.each.iter_7")
    .option("--html <file>", "write it to a file, too: a page that needs no network and no script", file)
    .option("--json", "print it as one JSON object, which has all nodes and all of each difference")
    .action(async (before: string, after: string, flags: DiffFlags) => {
      const { diffRuns } = await import("../actions/diff-runs.ts");
      finish(await diffRuns({ before, after }, flags));
    });
}

/** An empty name is a variable of the shell that was not set. */
function file(value: string): string {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return value;
}
