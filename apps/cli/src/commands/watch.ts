import type { Command } from "commander";
import type { WatchFlags } from "../actions/watch.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad watch <run>` */
export function declareWatch(program: Command, finish: Finish): void {
  program
    .command("watch")
    .summary("watch a run that goes on in another process")
    .description(
      "Shows how a run goes on that another process works on, and how it ended: as a live tree on a terminal, else a line for each thing that happens. " +
        "It ends when the run ends, waits for an answer or is interrupted, with the exit code that dad run has then. " +
        "Ctrl-C leaves, and the run goes on. Text that streams is shown only by the command that runs the run.",
    )
    .argument("<run>", "the id of the run")
    .option("-f, --follow", "stay while the run waits or is interrupted, until it has completed, failed or been cancelled")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print all its events, from the first one on, as CloudEvents, each in a line")
    .action(async (runId: string, flags: WatchFlags) => {
      const { watchRun } = await import("../actions/watch.ts");
      finish(await watchRun(runId, flags));
    });
}
