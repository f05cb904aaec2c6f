import type { Command } from "commander";

/** Whether somebody at the terminal is asked. */
export function declareAsking(command: Command): Command {
  return command.option(
    "--no-ask",
    "ask nobody at this terminal: what the run asks waits for dad answer, as it does with --json and where there is no terminal",
  );
}
