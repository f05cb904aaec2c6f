import { DadError, type Json, messageOf } from "@dad/protocol";
import { z } from "zod";

/** `COMMAND_FAILED`: a command ended with an exit code that is not allowed, or by a signal; or one of several did not start. */
export class CommandFailedError extends DadError<"COMMAND_FAILED"> {
  constructor(message: string, details: Readonly<Record<string, Json>>, options: { readonly cause?: unknown } = {}) {
    super("COMMAND_FAILED", message, { ...options, details });
  }
}

/** `COMMAND_TIMEOUT`: a command did not end in time, and was ended with what it started, as far as the guards of the isolation reach. */
export class CommandTimeoutError extends DadError<"COMMAND_TIMEOUT"> {
  constructor(message: string, details: Readonly<Record<string, Json>>) {
    super("COMMAND_TIMEOUT", message, { details });
  }
}

/** `DIRECTORY_UNUSABLE`: the directory that a node is to work in is not a plain directory in the workspace. */
export class DirectoryError extends DadError<"DIRECTORY_UNUSABLE"> {
  constructor(
    directory: string,
    problem: string,
    { place = "the directory", ...options }: { readonly cause?: unknown; readonly place?: string } = {},
  ) {
    super("DIRECTORY_UNUSABLE", `cannot work in ${place} ${JSON.stringify(directory)}: ${problem}`, { ...options, details: { directory } });
  }
}

/**
 * `FILE_OPERATION_REFUSED`: it would touch what it must not: something outside of the directory, behind
 * a link, or git's own. `FILE_OPERATION_FAILED`: it cannot be done.
 */
export type FileOperationErrorCode = "FILE_OPERATION_REFUSED" | "FILE_OPERATION_FAILED";

/** Which operation a problem is about. */
export interface FileOperationSpot {
  readonly index: number;
  readonly type: string;
  readonly path: string;
}

export class FileOperationError extends DadError<FileOperationErrorCode> {
  constructor(code: FileOperationErrorCode, spot: FileOperationSpot, problem: { readonly message: string; readonly cause?: unknown }) {
    const { message, ...options } = problem;
    super(code, `operations[${spot.index}] (${spot.type} ${JSON.stringify(spot.path)}): ${message}`, { ...options, details: { ...spot } });
  }
}

/** `FILE_STAGE_LEFT`: what file operations put aside on their way cannot be removed. The message says whether they were done. */
export class StageLeftError extends DadError<"FILE_STAGE_LEFT"> {
  constructor(stage: string, consequence: string, options: { readonly cause: unknown }) {
    const message = `${consequence}, but the directory ${JSON.stringify(stage)}, which is not needed any more, cannot be removed: ${messageOf(options.cause)}`;
    super("FILE_STAGE_LEFT", message, { ...options, details: { stage } });
  }
}

/** `FILE_CHANGE_LEFT`: an earlier attempt was ended in the middle of its changes, and they cannot be undone. */
export class ChangeLeftError extends DadError<"FILE_CHANGE_LEFT"> {
  constructor(stage: string, options: { readonly cause: unknown }) {
    const problem = `what an earlier attempt of this node left half done cannot be undone: ${messageOf(options.cause)}`;
    super("FILE_CHANGE_LEFT", `${problem}. What it took away is in the directory ${JSON.stringify(stage)} of the workspace.`, {
      ...options,
      details: { stage },
    });
  }
}

/** `RUN_WITHOUT_OUTCOME`: a node is to commit to the outcome of a run that has none. */
export class NoOutcomeError extends DadError<"RUN_WITHOUT_OUTCOME"> {
  constructor() {
    super("RUN_WITHOUT_OUTCOME", "the node is to commit to the outcome of the run, and the run has none: give it one, or leave out commit");
  }
}

/** `CALLBACK_RESULT_INVALID`: a callback gave something that JSON cannot carry. */
export class CallbackResultError extends DadError<"CALLBACK_RESULT_INVALID"> {
  constructor(name: string, problem: string, options: { readonly cause?: unknown } = {}) {
    super("CALLBACK_RESULT_INVALID", `the result of the callback "${name}" is not JSON: ${problem}`, { ...options, details: { callback: name } });
  }
}

/** `SETTINGS_OVERRIDE_INVALID`: settings that were given from outside do not go together with those of the node. */
export class SettingsOverrideError extends DadError<"SETTINGS_OVERRIDE_INVALID"> {
  constructor(error: z.ZodError, options: { readonly members: readonly string[] }) {
    const problems = error.issues.map(({ path, message }) => (path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`));
    super(
      "SETTINGS_OVERRIDE_INVALID",
      `the settings of the node do not fit with input.settings (${options.members.join(", ")}) in their place: ${problems.join("; ")}`,
      { details: { ...options } },
    );
  }
}
