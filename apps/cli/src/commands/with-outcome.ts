import type { Command } from "commander";

/** Whether runs have an outcome. */
export function declareWithOutcome(command: Command): Command {
  return command
    .option("--no-outcome", "commit nothing: git is not needed, and the files stay in the directory of the run")
    .option("--outcome", "commit what becomes of the files to a branch of the run (default, unless dad.config or the earlier run has it otherwise)");
}
