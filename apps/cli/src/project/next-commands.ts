import type { RunDetails, RunStatus } from "@dad/protocol";
import { moreOf, spentLevels } from "@dad/run-context";
import { placeText, programName, shellWord } from "@dad/terminal";
import { findRunRoot } from "./find-project.ts";

export interface CommandLineOptions {
  readonly cwd: string;
  readonly runRoot: string;
  /** Root of the clone that the program runs from, when it does. */
  readonly clone?: string | undefined;
}

/** A command about the runs of a run root, such as `ls`, as a line that works as it is. */
export type CommandLine = (...words: readonly string[]) => string;

/** How somebody in `cwd` writes commands about the runs of a run root. */
export async function commandLine({ cwd, runRoot, clone }: CommandLineOptions): Promise<CommandLine> {
  const dad = programName(clone, cwd);
  // A config that does not load was told about already, if it matters.
  const usual = await findRunRoot({ cwd }).catch(() => undefined);
  const where = usual === runRoot ? [] : ["--run-root", placeText(runRoot, cwd)];
  return (...words) => [dad, ...[...words, ...where].map(shellWord)].join(" ");
}

const CAN_GO_ON: ReadonlySet<RunStatus> = new Set(["waiting", "failed", "cancelled", "interrupted"]);

/** The command that shows what became of the files of a run, when it has an outcome. */
export function outcomeCommands({ runId, outcome }: Pick<RunDetails, "runId" | "outcome">, line: CommandLine): string[] {
  return outcome ? [line("outcome", "show", runId)] : [];
}

const MOST_ANSWERS = 3;

/** The commands that answer what a run asks; of much of that, the one that lists it. */
export function answerCommands({ runId, requests = [] }: Pick<RunDetails, "runId" | "requests">, line: CommandLine): string[] {
  // A secret is only asked for by whoever goes on with the run.
  const open = requests.filter(({ as }) => as !== "secret");
  return open.length > MOST_ANSWERS ? [line("inputs", runId)] : open.map(({ id }) => line("answer", runId, id));
}

type GoingOn = Pick<RunDetails, "runId" | "status" | "source" | "budget" | "error">;

/** The command that goes on with a run, when it can go on and says where its agent is: with more of what is spent of its budget. */
export function resumeCommands({ runId, status, source, budget = [], error }: GoingOn, line: CommandLine): string[] {
  if (source === undefined || !CAN_GO_ON.has(status)) return [];
  const more = spentLevels(budget, error).map(moreOf);
  return [line("resume", runId, ...(more.length === 0 ? [] : ["--budget", more.join(",")]))];
}
