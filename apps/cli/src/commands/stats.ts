import { type Command, Option } from "commander";
import type { StatsFlags } from "../actions/stats.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad stats` */
export function declareStats(program: Command, finish: Finish): void {
  program
    .command("stats")
    .summary("add up the runs")
    .description("Adds up the runs of a project: how many, how they ended, how long they took, what they used.")
    .option("--since <time>", "only runs that started since then: 24h, 7d, 2w (before now), a date, or an ISO time (default: all)")
    .addOption(new Option("--by <what>", "tell apart by agent, by node, or by model").choices(["agent", "node", "model"]))
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print all of it as JSON")
    .action(async (flags: StatsFlags) => {
      const { addUpRuns } = await import("../actions/stats.ts");
      finish(await addUpRuns(flags));
    });
}
