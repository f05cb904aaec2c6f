import { type Command, Option } from "commander";
import type { RunFlags } from "../actions/run-file.ts";
import type { Finish } from "../exit-code.ts";
import { declareAsking } from "./asking.ts";
import { declareBudget } from "./budget.ts";
import { directory } from "./directory.ts";
import { declareIsolation } from "./isolation.ts";
import { declareWithOutcome } from "./with-outcome.ts";

/** `dad run <file>` */
export function declareRun(program: Command, finish: Finish): void {
  const command = program
    .command("run")
    .summary("run an agent")
    .description("Runs the agent that a file exports, and tells how it went.")
    .argument("<file>", 'TypeScript or JavaScript; its export "agent" is run, or else the only agent or flow that it exports')
    .option("-i, --input <path=json>", "a static input: a value for a node or a component; repeatable", append)
    .option("--static-inputs <file>", "static inputs as a JSON object, by node path; --input comes first")
    .option(
      "--input-dir <dir>",
      "files for the run, with all that is below: they lie in static_inputs of its directory. A static_inputs.json among them is as --static-inputs; repeatable",
      append,
    )
    .option("--run-root <dir>", "where runs are kept (default: that of dad.config, or else runs)", directory)
    .addOption(new Option("--run-id <id>", "the id of the run, instead of a new one").conflicts("prefix"))
    .option("--prefix <prefix>", "begins the new run id")
    .option(
      "--profile <name>",
      "the profile whose resources are used (default: DAD_PROFILE, or else that of dad.config, or else the one called default, or the only one)",
    )
    .addOption(
      new Option(
        "--durability <level>",
        "what is promised of the record: strict, it outlives a power loss; relaxed, it outlives this process",
      ).choices(["strict", "relaxed"]),
    );
  declareBudget(declareAsking(declareIsolation(declareWithOutcome(command))))
    .option(
      "--revision <rev>",
      "start from a branch, a tag or a commit of the project's own repository (default: that of dad.config, or else from its workspace as it is)",
    )
    .option("--json", "print the run as one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async (file: string, flags: RunFlags) => {
      const { runFile } = await import("../actions/run-file.ts");
      finish(await runFile(file, flags));
    });
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

const EXAMPLES = `
Examples:
  dad run src/agent.ts
  dad run src/agent.ts --input 'coder={"task":"fix the failing test"}' --prefix nightly
  dad run src/agent.ts --profile production --budget usd=2,time=30m --json
  dad run src/agent.ts --revision main`;
