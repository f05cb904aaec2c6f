import { defineNode, type NodeContext } from "@dad/agent";
import { DadError, type Json, messageOf } from "@dad/protocol";
import { z } from "zod";
import { CommandFailedError, CommandTimeoutError } from "../errors.ts";
import { overridden } from "../settings-override.ts";
import { commandIn } from "./command-in.ts";
import { failureOf } from "./command-failure.ts";
import { excerpt, textOfCommand } from "./command-name.ts";
import { CommandsInput, CommandsSettings, writtenShape } from "./command-settings.ts";
import { type CommandToRun, executeCommand } from "./execute-command.ts";
import { secretsNeeded } from "./secret-environment.ts";

const CommandResult = z.strictObject({
  command: z.string(),
  /** `failed`: by its exit code or a signal. `not_started`: there is no such program or directory. */
  status: z.enum(["completed", "failed", "timed_out", "not_started"]),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  ...writtenShape,
  /** Why it did not complete. */
  problem: z.string().optional(),
});

type CommandResult = z.output<typeof CommandResult>;

const CommandsOutput = z.strictObject({
  /** How many did not complete: 0, unless `failFast` is false. */
  failed: z.int().nonnegative(),
  /** One for each command, in order. */
  results: z.array(CommandResult),
});

/**
 * Runs commands one after the other, each as `runCommand` does, with its output in `commands/<index>/stdout` and `…/stderr`.
 *
 * The first that fails fails the node, and the others are not run: `details.results` of the error says how each ended. With
 * `failFast: false` all are run, the node completes, and whoever reads its result sees which failed.
 *
 * Effectful: what a command does is not known.
 *
 * @throws `COMMAND_FAILED`, also for a command that did not start, and `COMMAND_TIMEOUT`, with the index of the command.
 */
export const runCommands = defineNode({
  type: "command",
  version: "2",
  effect: "effectful",
  inputFiles: "none",
  code: "",
  executes: commandIn,
  needs: ({ secrets, commands = [] }) => [secrets, ...commands.map((command) => command.secrets)].flatMap(secretsNeeded),
  settings: CommandsSettings,
  input: CommandsInput,
  output: CommandsOutput,
  async execute(context, work) {
    const settings = overridden(CommandsSettings, work.settings, work.input);
    const commands = commandsOf(settings, work.input?.env);
    const results: CommandResult[] = [];
    for (const [index, command] of commands.entries()) {
      const { result, failure } = await runOne(context, command, index);
      results.push(result);
      if (failure && settings.failFast) throw failureOfAll(failure, { context, index, commands, results });
    }
    return { failed: results.filter(({ status }) => status !== "completed").length, results };
  },
});

/** Each with what it has of its own and what all have. */
function commandsOf(settings: CommandsSettings, ownEnv: Readonly<Record<string, string>> | undefined): readonly CommandToRun[] {
  const { commands, failFast: _failFast, env, secrets, ...all } = settings;
  return commands.map(({ env: itsEnv, secrets: itsSecrets, allowExitCodes = all.allowExitCodes, ...its }) => ({
    ...all,
    ...its,
    allowExitCodes,
    env: { ...env, ...itsEnv, ...ownEnv },
    secrets: { ...secrets, ...itsSecrets },
  }));
}

interface OneResult {
  readonly result: CommandResult;
  readonly failure?: Error;
}

const NOTHING_WRITTEN = { stdout: "", stderr: "", lost: { stdout: 0, stderr: 0 } };

async function runOne(context: NodeContext, command: CommandToRun, index: number): Promise<OneResult> {
  const text = textOfCommand(command);
  try {
    const ended = await executeCommand(context, command, { prefix: `commands/${index}/` });
    const failure = failureOf(ended, command, context);
    const { exitCode, signal } = ended.result;
    const result = { command: text, status: statusOf(failure), exitCode, signal, ...ended.written };
    return failure ? { result: { ...result, problem: failure.message }, failure } : { result };
  } catch (error) {
    // All else is the isolation's failure, or the end of the attempt.
    if (!DadError.is(error, "PROGRAM_MISSING") && !DadError.is(error, "CWD_INVALID")) throw error;
    const result = { command: text, status: "not_started" as const, exitCode: null, signal: null, ...NOTHING_WRITTEN, problem: error.message };
    return { result, failure: error };
  }
}

function statusOf(failure: Error | undefined): CommandResult["status"] {
  if (failure === undefined) return "completed";
  return failure instanceof CommandTimeoutError ? "timed_out" : "failed";
}

interface Failed {
  readonly context: NodeContext;
  readonly index: number;
  readonly commands: readonly CommandToRun[];
  readonly results: readonly CommandResult[];
}

/** Says how each of the commands ended; what they wrote is in their artifacts. */
function failureOfAll(failure: Error, { context, index, commands, results }: Failed): Error {
  const ends = commands.map((command, at): Json => {
    const { status = "not_run", exitCode = null, signal = null } = results[at] ?? {};
    return { command: excerpt(textOfCommand(command), context), status, exitCode, signal };
  });
  const later = commands.length - results.length;
  const message = `commands[${index}]: ${messageOf(failure)}${later === 0 ? "" : `\n${later} more ${later === 1 ? "was" : "were"} not run.`}`;
  const details = { index, results: ends };
  if (failure instanceof CommandTimeoutError) return new CommandTimeoutError(message, details);
  return new CommandFailedError(message, details, failure instanceof CommandFailedError ? {} : { cause: failure });
}
