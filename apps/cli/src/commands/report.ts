import { type Command, InvalidArgumentError } from "commander";
import type { ReportFlags } from "../actions/report.ts";
import type { Finish } from "../exit-code.ts";
import { directory } from "./directory.ts";

/** `dad report <run>` */
export function declareReport(program: Command, finish: Finish): void {
  program
    .command("report")
    .summary("write all that is known of a run into one page")
    .description(
      "Writes all that is known of a run into one HTML file, which opens from the disk with no server and no network: its nodes and attempts, " +
        "what they were told and gave, conversations with models, errors, traces, logs, and how it changed files. The run may be going on, or have been killed.",
    )
    .argument("<run>", "the id of a run")
    .option("-o, --output <file>", "the file to write, - for stdout (default: <run>.html in the working directory)", file)
    .option("--against <run>", "the id of a run before, with which it is compared")
    .option("--run-root <dir>", "where runs are kept (default: that of the nearest dad.config, or else runs)", directory)
    .option("--json", "print the report as one JSON object; the page is only written with --output")
    .action(async (run: string, flags: ReportFlags) => {
      const { reportRun } = await import("../actions/report.ts");
      finish(await reportRun(run, { ...flags, version: program.version() ?? "" }));
    });
}

/** An empty name is a variable of the shell that was not set. */
function file(value: string): string {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return value;
}
