import { type Command, Option } from "commander";
import type { ShowFlags } from "../actions/show-run.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad show <run>` */
export function declareShow(program: Command, finish: Finish): void {
  program
    .command("show")
    .summary("show a run")
    .description("Shows how a run went: its nodes, what they cost and what they left.")
    .argument("<run>", "the id of the run")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--node <path>", "only this node, or what is in this component, as in coder.fix or coder.each.iter_7")
    .addOption(new Option("--all", "all nodes, also of a long run, of which most that completed are only counted").conflicts("json"))
    .option("--json", "print the run as one JSON object, which always has all nodes")
    .action(async (runId: string, flags: ShowFlags) => {
      const { showRun } = await import("../actions/show-run.ts");
      finish(await showRun(runId, flags));
    });
}
