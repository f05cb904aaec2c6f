import { DadError } from "@dad/protocol";
import type { Guard } from "./guard.ts";
import type { IsolationProblem } from "./isolation-adapter.ts";

/** `ISOLATION_UNAVAILABLE`: this machine or this adapter lacks what is required. */
export class IsolationUnavailableError extends DadError<"ISOLATION_UNAVAILABLE"> {
  constructor(adapter: string, missing: readonly Guard[], problems: readonly IsolationProblem[] = []) {
    const remedies = problems.map((problem) => ` ${problem.message}: ${problem.remedy}.`).join("");
    super("ISOLATION_UNAVAILABLE", `isolation "${adapter}" does not guard ${missing.join(", ")}.${remedies}`, {
      details: { adapter, missing, problems: problems.map((problem) => ({ ...problem })) },
    });
  }
}

/** `ISOLATION_CLOSED`: a command was started in a space that is closed. */
export class IsolationClosedError extends DadError<"ISOLATION_CLOSED"> {
  constructor(id: string) {
    super("ISOLATION_CLOSED", `isolation space ${id} is closed`, { details: { space: id } });
  }
}

/** `PROGRAM_MISSING`: there is no such program, or it may not be executed. */
export class ProgramMissingError extends DadError<"PROGRAM_MISSING"> {
  constructor(program: string, options: { readonly path: string; readonly cause?: unknown }) {
    super("PROGRAM_MISSING", `cannot start "${program}": no such program in PATH (${options.path}), or it may not be executed`, {
      cause: options.cause,
      details: { program },
    });
  }
}

/** `CWD_INVALID`: the directory that a command is to run in is missing, is not a directory, or leaves the workspace. */
export class WorkingDirectoryError extends DadError<"CWD_INVALID"> {
  constructor(cwd: string, options: { readonly cause?: unknown; readonly reason?: string } = {}) {
    const { reason = "it is not a directory", ...rest } = options;
    super("CWD_INVALID", `cannot run a command in ${cwd}: ${reason}`, { ...rest, details: { cwd } });
  }
}

/** `ISOLATION_FAILED`: the isolation itself failed, for instance because the machine gives no more processes. Never the command. */
export class IsolationFailedError extends DadError<"ISOLATION_FAILED"> {
  constructor(program: string, options: { readonly cause: unknown }) {
    const why = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super("ISOLATION_FAILED", `could not start "${program}": ${why}`, { ...options, details: { program } });
  }
}
