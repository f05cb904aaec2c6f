import { type Command, Option } from "commander";
import type { SignalFlags } from "../actions/signal.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad signal <run> <name>` */
export function declareSignal(program: Command, finish: Finish): void {
  program
    .command("signal")
    .summary("tell a run something")
    .description(
      "Tells a run that something happened: it records that as an event (custom.emitted), now or when it goes on, and its subscribers are told.",
    )
    .argument("<run>", "the id of the run")
    .argument("<name>", "what it is called, such as deploy.finished")
    .addOption(new Option("--data <json>", "what there is to say about it").conflicts("file"))
    .option("--file <file>", "the same, in a file, - for stdin")
    .option("--comment <text>", "why, for the record")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print what was told as one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async (runId: string, name: string, flags: SignalFlags) => {
      const { signalRun } = await import("../actions/signal.ts");
      finish(await signalRun({ runId, name }, flags));
    });
}

const EXAMPLES = `
Examples:
  dad signal run_20261122_073443_1f9c2a deploy.finished --data '{"url":"https://example.com/1"}'`;
