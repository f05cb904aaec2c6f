import type { Command } from "commander";
import type { InputsFlags } from "../actions/inputs.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad inputs [run]` */
export function declareInputs(program: Command, finish: Finish): void {
  program
    .command("inputs")
    .summary("show what runs wait for")
    .description("Shows what runs ask, and nobody has answered: of one run, or of all that wait or go on.")
    .argument("[run]", "the id of the run")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print it as one JSON object")
    .action(async (runId: string | undefined, flags: InputsFlags) => {
      const { showInputs } = await import("../actions/inputs.ts");
      finish(await showInputs(runId, flags));
    });
}
