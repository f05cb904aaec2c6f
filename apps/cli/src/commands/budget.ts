import type { Command } from "commander";

const EXAMPLES = "usd=2, tokens=200k, calls=100, time=10m; several with commas, or repeated";

/** What the run may use. */
export function declareBudget(command: Command, more = "when it is spent, the run fails (exit code 4), and dad resume goes on with more"): Command {
  return command.option("--budget <limits>", `the most that the run may use: ${EXAMPLES}; ${more}`, append);
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}
