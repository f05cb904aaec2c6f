import { defineNode } from "@dad/agent";
import { z } from "zod";
import { overridden } from "../settings-override.ts";
import { commandIn } from "./command-in.ts";
import { failureOf } from "./command-failure.ts";
import { CommandInput, CommandSettings, writtenShape } from "./command-settings.ts";
import { executeCommand } from "./execute-command.ts";
import { secretsNeeded } from "./secret-environment.ts";

const CommandOutput = z.strictObject({ exitCode: z.int(), ...writtenShape });

/**
 * Runs a command in the isolation of the run, by default in the workspace. What it writes is told as it comes (`stream`) and
 * kept as the artifacts `stdout` and `stderr`, also when it fails. There are no durations in the result, so that equal runs
 * give equal results.
 *
 * Through its input somebody may replace settings, and add to `env`.
 *
 * Effectful: what a command does is not known.
 *
 * @throws `COMMAND_FAILED` for an exit code that is not allowed, `COMMAND_TIMEOUT`, and what the
 * isolation throws (`PROGRAM_MISSING`, `CWD_INVALID`).
 */
export const runCommand = defineNode({
  type: "command",
  version: "2",
  effect: "effectful",
  inputFiles: "none",
  code: "",
  executes: commandIn,
  needs: ({ secrets }) => secretsNeeded(secrets),
  settings: CommandSettings,
  input: CommandInput,
  output: CommandOutput,
  async execute(context, work) {
    const settings = overridden(CommandSettings, work.settings, work.input);
    const command = { ...settings, env: { ...settings.env, ...work.input?.env } };
    const ended = await executeCommand(context, command, { prefix: "" });
    const failure = failureOf(ended, command, context);
    if (failure) throw failure;
    // One that did not exit has failed.
    return { exitCode: ended.result.exitCode ?? 0, ...ended.written };
  },
});
