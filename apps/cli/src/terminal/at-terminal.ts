import type { LocalPortsOptions } from "@dad/local";
import { type AnswerCommand, type Progress, programName, progressOn, shellWord } from "@dad/terminal";
import { type CommandLine, commandLine } from "../project/next-commands.ts";
import { userName } from "../project/who-is-here.ts";
import { terminalPrompts } from "../prompts/terminal-prompts.ts";

export interface AskingFlags {
  /** `false` for `--no-ask`. */
  readonly ask?: boolean;
  readonly json?: true;
}

/** How a run is told of on stderr, and who is asked there what it asks. */
export interface AtTerminal {
  readonly progress: Progress;
  /** Asks who is here. Nothing when nobody is, or is to be asked. */
  readonly onInput: LocalPortsOptions["onInput"];
  /** Where the runs are kept that commands are about, as soon as that is known. */
  readonly keptIn: (runRoot: string) => Promise<void>;
}

/** A program that reads JSON, and is not asked, finds in it what the run asks. */
export function atTerminal({ ask = true, json }: AskingFlags): AtTerminal {
  const { answer, keptIn } = answerAtTerminal();
  const progress = progressOn(process.stderr, { term: process.env["TERM"], answer });
  const prompts = ask && !json ? terminalPrompts(progress, answer) : undefined;
  return { progress, onInput: prompts && { answer: prompts, by: { channel: "terminal", who: userName() } }, keptIn };
}

/** The command that answers what a run asks, as it works from here once it is known where the runs are kept. */
export function answerAtTerminal(): Pick<AtTerminal, "keptIn"> & { readonly answer: AnswerCommand } {
  const clone = process.env["DAD_CLONE"];
  const cwd = process.cwd();
  let line: CommandLine = (...words) => [programName(clone, cwd), ...words.map(shellWord)].join(" ");
  return {
    answer: (runId, request) => line("answer", runId, request),
    keptIn: async (runRoot) => {
      line = await commandLine({ cwd, runRoot, clone });
    },
  };
}
