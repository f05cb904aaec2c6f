import { PRESETS } from "@dad/isolation";
import { z } from "zod";
import { overridingInput } from "../settings-override.ts";
import { argumentText, environment, secretVariables, stdinText } from "./command-text.ts";

/** Timers cannot wait for longer. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;
const DEFAULT_OUTPUT_LIMIT = 1_048_576;

/** Windows has larger ones. */
const LARGEST_EXIT_CODE = process.platform === "win32" ? 0xff_ff_ff_ff : 255;
const exitCode = z
  .int()
  .refine((code) => code >= 0 && code <= LARGEST_EXIT_CODE, `no command ends with it: an exit code is 0 to ${LARGEST_EXIT_CODE}`);

const form = {
  /** Program and arguments. Nothing is split or expanded. */
  argv: z.array(argumentText).min(1).optional(),
  /** A line for `sh -c`. Values of templates are not quoted in it: with values that others choose, use `argv` or `env`. */
  shell: argumentText.min(1).optional(),
  /** Written to standard input, which is then closed. Default: nothing. */
  stdin: stdinText.optional(),
};

const place = {
  /** Absolute, or relative to the workspace and inside it. Default: the workspace. */
  cwd: z.string().min(1).optional(),
  /** For the command, besides what the isolation gives: a home, and of the host's only what programs need to start and to print. */
  env: environment,
  /**
   * Variables whose values are secrets of the profile, by their aliases: of this command alone, in whatever isolation it runs. What is
   * recorded has their names.
   */
  secrets: secretVariables,
};

const NO_VARIABLES = { env: place.env.default({}), secrets: place.secrets.default({}) };

/**
 * What it is held to, if that is more than what the run is held to. One whose argv, shell, stdin or env is made of what a model
 * gave is at least `contained`, whatever this says.
 */
const isolation = z.enum(PRESETS).optional();

const limits = {
  /** After which the command is ended, with what it started. Default: none. */
  timeoutMs: z.int().positive().max(LONGEST_TIMEOUT_MS).optional(),
  allowExitCodes: z.array(exitCode).min(1),
};

const outputLimitBytes = z.int().positive().default(DEFAULT_OUTPUT_LIMIT);

function hasOneForm({ argv, shell }: { readonly argv?: unknown; readonly shell?: unknown }): boolean {
  return (argv === undefined) !== (shell === undefined);
}
const ONE_FORM = "give exactly one of argv and shell";

export const CommandSettings = z
  .strictObject({
    ...form,
    ...place,
    ...NO_VARIABLES,
    isolation,
    ...limits,
    allowExitCodes: limits.allowExitCodes.default([0]),
    /** Bytes that are kept of each of the two streams: of more, the beginning and the end. So many are also told as they come. */
    outputLimitBytes,
  })
  .refine(hasOneForm, ONE_FORM);

export type CommandSettings = z.output<typeof CommandSettings>;

/** What a single command of several says for itself. */
const OneOfCommands = z.strictObject({ ...form, ...place, ...NO_VARIABLES, ...limits, allowExitCodes: limits.allowExitCodes.optional() });

export const CommandsSettings = z.strictObject({
  /** Run one after the other. `env` and `secrets` are added to those of all; what else one has is taken in the place of it. */
  commands: z.array(OneOfCommands.refine(hasOneForm, ONE_FORM)),
  /** False: after one that failed the others are run too, and the result says of each how it ended. */
  failFast: z.boolean().default(true),
  ...place,
  ...NO_VARIABLES,
  /** For all of them: one that a model gave does not say what it is held to. */
  isolation,
  /** `timeoutMs` is the time of each, not of all. */
  ...limits,
  allowExitCodes: limits.allowExitCodes.default([0]),
  /** As with one command, for each. */
  outputLimitBytes,
});

export type CommandsSettings = z.output<typeof CommandsSettings>;

/** `env` is added to that of the settings. */
const own = { env: place.env.optional() };
export const CommandInput = overridingInput(CommandSettings, own);
export const CommandsInput = overridingInput(CommandsSettings, own);

const texts = z.strictObject({ stdout: z.string(), stderr: z.string() });

/** What a command wrote. As text: bytes that are no UTF-8 become U+FFFD. The artifacts hold the bytes themselves. */
export const writtenShape = {
  /** The beginning, when not all was kept. */
  ...texts.shape,
  /** How each of the two ended, when not all of them was kept. */
  end: texts.optional(),
  /** Bytes between the two, which were thrown away. */
  lost: z.strictObject({ stdout: z.int(), stderr: z.int() }),
};
