import { type Command, InvalidArgumentError } from "commander";
import type { WhyFlags } from "../actions/why.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad why <run> <node>[/<artifact>]` */
export function declareWhy(program: Command, finish: Finish): void {
  program
    .command("why")
    .usage("[options] <run> <node>[/<artifact>]")
    .summary("show how what a node gave came about")
    .description(
      "Shows how what a node gave came about: which run, node and attempt made it, with which code, model and files, what it cost, and what it was made of, " +
        "back to where nothing more was read. Of what was reused that is told by the run that executed it.",
    )
    .argument("<run>", "the id of the run")
    .argument("<node>", "a node, an artifact of one, or a file in the run: coder.plan, coder.plan/outcome, coder/plan/outcome.json")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--depth <n>", "how far away from the node its inputs are told (default: 10)", wholeNumber)
    .option("--json", "print it as one JSON object, which has all of it")
    .action(async (runId: string, node: string, flags: WhyFlags) => {
      const { why } = await import("../actions/why.ts");
      finish(await why({ runId, node }, flags));
    });
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("Give a whole number from 0.");
  return Number(value);
}
