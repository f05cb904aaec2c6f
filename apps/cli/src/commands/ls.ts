import type { Command } from "commander";
import type { LsFlags } from "../actions/list-runs.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad ls` */
export function declareLs(program: Command, finish: Finish): void {
  program
    .command("ls")
    .summary("list the runs")
    .description("Lists the runs of a project, newest first.")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print the runs as a JSON array")
    .action(async (flags: LsFlags) => {
      const { listRunsIn } = await import("../actions/list-runs.ts");
      finish(await listRunsIn(flags));
    });
}
