import { defineNode, type NodeContext } from "@dad/agent";
import type { ExecResult } from "@dad/isolation";
import { z } from "zod";
import { decodeLossy } from "../decode-text.ts";
import { CommandFailedError, CommandTimeoutError } from "../errors.ts";
import { absoluteInWorkspace } from "../workspace-directory.ts";

/** Timers cannot wait for longer. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;
const DEFAULT_OUTPUT_LIMIT = 1_048_576;

const CommandSettings = z
  .strictObject({
    /** Program and arguments. Nothing is split or expanded. */
    argv: z.array(z.string()).min(1).optional(),
    /** A line for `sh -c`. Values of templates are not quoted in it: with values that others choose, use `argv` or `env`. */
    shell: z.string().min(1).optional(),
    /** Absolute, or relative to the workspace. Default: the workspace. */
    cwd: z.string().min(1).optional(),
    env: z.record(z.string(), z.string()).default({}),
    stdin: z.string().optional(),
    timeoutMs: z.int().positive().max(LONGEST_TIMEOUT_MS).optional(),
    /** Bytes that are kept of each of the two streams. */
    outputLimitBytes: z.int().positive().default(DEFAULT_OUTPUT_LIMIT),
    allowExitCodes: z.array(z.int()).min(1).default([0]),
  })
  .refine(({ argv, shell }) => (argv === undefined) !== (shell === undefined), "give exactly one of argv and shell");

type CommandSettings = z.output<typeof CommandSettings>;

const CommandOutput = z.strictObject({
  exitCode: z.int(),
  /** As text: bytes that are no UTF-8 become U+FFFD. The artifacts hold the bytes themselves. */
  stdout: z.string(),
  stderr: z.string(),
  /** Bytes beyond `outputLimitBytes`, which were thrown away. */
  lost: z.strictObject({ stdout: z.int(), stderr: z.int() }),
});

/**
 * Runs a command in the isolation of the run, by default in the workspace. What it writes is kept as the
 * artifacts `stdout` and `stderr`, also when it fails. There are no durations in the result, so that
 * equal runs give equal results.
 *
 * Effectful: what a command does is not known.
 *
 * @throws `COMMAND_FAILED` for an exit code that is not allowed, `COMMAND_TIMEOUT`, and what the
 * isolation throws (`PROGRAM_MISSING`, `CWD_INVALID`).
 */
export const runCommand = defineNode({
  type: "command",
  version: "1",
  effect: "effectful",
  settings: CommandSettings,
  output: CommandOutput,
  async execute(context, { settings }) {
    context.signal.throwIfAborted();
    const result = await exec(context, settings);
    await context.record({ name: "stdout", data: result.stdout, mediaType: "text/plain" });
    await context.record({ name: "stderr", data: result.stderr, mediaType: "text/plain" });
    const output = {
      stdout: decodeLossy(result.stdout, { cut: result.lost.stdout > 0 }),
      stderr: decodeLossy(result.stderr, { cut: result.lost.stderr > 0 }),
    };
    return { exitCode: exitCodeOf(result, { context, settings, output }), ...output, lost: result.lost };
  },
});

function argvOf({ argv, shell }: CommandSettings): readonly [string, ...string[]] {
  // The schema has seen to it that one of them is there.
  const [program = "sh", ...args] = argv ?? ["sh", "-c", shell ?? ""];
  return [program, ...args];
}

function exec(context: NodeContext, settings: CommandSettings): Promise<ExecResult> {
  const { cwd, env, stdin, timeoutMs, outputLimitBytes } = settings;
  return context.space.exec(
    { argv: argvOf(settings), cwd: absoluteInWorkspace(context, cwd ?? "."), env, ...(stdin === undefined ? {} : { stdin }) },
    { signal: context.signal, outputLimitBytes, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  );
}

interface Ended {
  readonly context: NodeContext;
  readonly settings: CommandSettings;
  readonly output: { readonly stdout: string; readonly stderr: string };
}

function exitCodeOf(result: ExecResult, { context, settings, output }: Ended): number {
  const command = settings.shell ?? argvOf(settings).join(" ");
  const details = { command, exitCode: result.exitCode, signal: result.signal };
  const message = (what: string) => `the command \`${excerpt(command)}\` ${what}${tail(output)}`;
  if (result.reason === "aborted") context.signal.throwIfAborted();
  if (result.reason === "timeout") throw new CommandTimeoutError(message(`did not end within ${settings.timeoutMs} ms and was ended`), details);
  if (result.reason !== "exited" || result.exitCode === null)
    throw new CommandFailedError(message(`was ended by ${result.signal ?? "another"}`), details);
  if (!settings.allowExitCodes.includes(result.exitCode)) throw new CommandFailedError(message(`ended with exit code ${result.exitCode}`), details);
  return result.exitCode;
}

const LONGEST_COMMAND = 200;
const LONGEST_TAIL = 2000;

function excerpt(command: string): string {
  return command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command;
}

/** The end of what the command said about itself. */
function tail({ stdout, stderr }: Ended["output"]): string {
  const [name, text] = stderr.trim() === "" ? ["stdout", stdout.trim()] : ["stderr", stderr.trim()];
  if (text === "") return " and wrote nothing";
  return `; its ${name} ends with:\n${text.length > LONGEST_TAIL ? `…${text.slice(-LONGEST_TAIL)}` : text}`;
}
