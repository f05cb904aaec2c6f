import { DadError } from "@dad/protocol";
import type { Guard } from "./guard.ts";
import type { IsolationProblem } from "./isolation-problem.ts";

/** `ISOLATION_UNAVAILABLE`: this machine or this adapter lacks what is required. */
export class IsolationUnavailableError extends DadError<"ISOLATION_UNAVAILABLE"> {
  constructor(adapter: string, missing: readonly Guard[], problems: readonly IsolationProblem[] = []) {
    const remedies = problems.map(({ message, remedy }) => `\n  ${message}: ${remedy}`).join("");
    super("ISOLATION_UNAVAILABLE", `isolation "${adapter}" does not guard ${missing.join(", ")}; nothing was run${remedies}`, {
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
  /** @param doing what was tried with it. Default `start`. */
  constructor(subject: string, { cause, doing = "start" }: { readonly cause: unknown; readonly doing?: string }) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super("ISOLATION_FAILED", `could not ${doing} "${subject}": ${why}`, { cause, details: { subject, doing } });
  }
}

/** `ISOLATION_POLICY_INVALID`: a policy contradicts itself, or asks for what the adapter has no way to do. */
export class IsolationPolicyError extends DadError<"ISOLATION_POLICY_INVALID"> {
  /** @param place where in the policy it is, such as `mounts.0.path`. */
  constructor(place: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super("ISOLATION_POLICY_INVALID", `the isolation policy cannot be carried out: ${place} ${reason}`, { ...options, details: { place } });
  }
}

/** `ISOLATION_FILE_REFUSED`: a file of a space is not what may be touched from outside: it is a link, no regular file, too large, or not beneath the workspace. */
export class IsolationFileRefusedError extends DadError<"ISOLATION_FILE_REFUSED"> {
  constructor(path: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super("ISOLATION_FILE_REFUSED", `${JSON.stringify(path)} of the workspace is refused: ${reason}`, { ...options, details: { path } });
  }
}
