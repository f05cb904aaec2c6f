import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { declareAnswer } from "./commands/answer.ts";
import { declareBisect } from "./commands/bisect.ts";
import { declareCheckout } from "./commands/checkout.ts";
import { declareDiff } from "./commands/diff.ts";
import { declareDoctor } from "./commands/doctor.ts";
import { declareFsck } from "./commands/fsck.ts";
import { declareGc } from "./commands/gc.ts";
import { declareGraph } from "./commands/graph.ts";
import { declareInputs } from "./commands/inputs.ts";
import { declareLs } from "./commands/ls.ts";
import { declareLogs } from "./commands/logs.ts";
import { declareOutcome } from "./commands/outcome.ts";
import { declareExplain, declareFork, declareRerun } from "./commands/rerun.ts";
import { declareReport } from "./commands/report.ts";
import { declareResources } from "./commands/resources.ts";
import { declareResume } from "./commands/resume.ts";
import { declareRun } from "./commands/run.ts";
import { declareSandbox } from "./commands/sandbox.ts";
import { declareShow } from "./commands/show.ts";
import { declareStats } from "./commands/stats.ts";
import { declareTrace } from "./commands/trace.ts";
import { declareWatch } from "./commands/watch.ts";
import { declareSignal } from "./commands/signal.ts";
import { declareWhy } from "./commands/why.ts";
import type { Finish } from "./exit-code.ts";

/**
 * Runs the command line and gives the exit code. Nothing but the parser is loaded before it is known
 * what to do.
 */
export async function dad(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  /** What the parser says of what it does not understand. It quotes that, so secrets are to be taken out. */
  let said = "";
  const program = declareProgram(
    (code) => {
      exitCode = code;
    },
    (text) => {
      said += text;
    },
  );
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return await report(error, { json: args.includes("--json"), said });
  }
}

async function report(error: unknown, options: { readonly json: boolean; readonly said: string }): Promise<number> {
  // The parser ends that way also after it has printed what it was asked for.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const { reportError, reportUsageError } = await import("./terminal/report-error.ts");
  if (!(error instanceof CommanderError)) return reportError(error, options);
  if (error.code !== "commander.help") return reportUsageError(error.message, options);
  // Here the parser has only printed its help.
  const message = "a command is missing";
  return reportUsageError(message, { ...options, said: `${options.said}\nerror: ${message}\n` });
}

function declareProgram(finish: Finish, writeErr: (text: string) => void): Command {
  const program = new Command("dad")
    .description("Runs agents, and shows what happened in their runs.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(dad --help shows what there is)")
    .exitOverride()
    // Commands that are declared later have it, too.
    .configureOutput({ writeErr })
    .addHelpText("after", EXIT_CODES);
  declareRun(program, finish);
  declareResume(program, finish);
  declareInputs(program, finish);
  declareAnswer(program, finish);
  declareSignal(program, finish);
  declareRerun(program, finish);
  declareExplain(program, finish);
  declareFork(program, finish);
  declareGraph(program, finish);
  declareLs(program, finish);
  declareShow(program, finish);
  declareStats(program, finish);
  declareWatch(program, finish);
  declareLogs(program, finish);
  declareReport(program, finish);
  declareWhy(program, finish);
  declareTrace(program, finish);
  declareDiff(program, finish);
  declareOutcome(program, finish);
  declareBisect(program, finish);
  declareCheckout(program, finish);
  declareFsck(program, finish);
  declareGc(program, finish);
  declareSandbox(program, finish);
  declareResources(program, finish);
  declareDoctor(program, finish);
  for (const command of program.commands) command.showHelpAfterError(`(dad ${command.name()} --help shows what it takes)`);
  return program;
}

const EXIT_CODES = `
Exit codes:
  0    done                       3    the run waits for an answer
  1    the run failed, or         4    a budget is exhausted
       something was found
  2    nothing was run: usage,    10   what was compared differs, or
       configuration, definition       something would be executed
                                  130  the run was cancelled (Ctrl-C)`;

function version(): string {
  // One level above both the sources and the built program.
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return version;
}
