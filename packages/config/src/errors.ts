import { DadError } from "@dad/protocol";

export interface ConfigProblem {
  /** `resources.ci.models.coder`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  /** Of what was read from a file of data, from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** `CONFIG_INVALID`: the config is not what it has to be. `details.problems` has all problems with their paths. */
export class ConfigInvalidError extends DadError<"CONFIG_INVALID"> {
  constructor(file: string, problems: readonly ConfigProblem[], cause?: unknown) {
    const lines = problems.map(
      ({ path, message, line, column }) => `\n  ${line === undefined ? "" : `${line}:${column ?? 1}: `}${path === "" ? "" : `${path}: `}${message}`,
    );
    super("CONFIG_INVALID", `${file} is not a valid configuration:${lines.join("")}`, {
      details: { file, problems: problems.map((problem) => ({ ...problem })) },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** `CONFIG_UNREADABLE`: there is no such file, or loading it failed; `cause` says how. */
export class ConfigUnreadableError extends DadError<"CONFIG_UNREADABLE"> {
  constructor(file: string, problem: string, cause: unknown) {
    super("CONFIG_UNREADABLE", `${file} cannot be loaded: ${problem}`, { details: { file }, cause });
  }
}
