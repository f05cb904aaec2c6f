import { DadError } from "@dad/protocol";
import type { OutcomeChangeRange } from "./outcome-repository.ts";

/** `OUTCOME_EXISTS`: the run has a branch or a working tree already. */
export class OutcomeExistsError extends DadError<"OUTCOME_EXISTS"> {
  constructor(runId: string, place: string, options: { readonly cause?: unknown } = {}) {
    super("OUTCOME_EXISTS", `run ${runId} has an outcome already: ${place}`, { ...options, details: { runId, place } });
  }
}

/** `OUTCOME_COMMIT_UNKNOWN`: there is no such commit in this repository. */
export class OutcomeCommitError extends DadError<"OUTCOME_COMMIT_UNKNOWN"> {
  constructor(commit: string, location: string) {
    super("OUTCOME_COMMIT_UNKNOWN", `there is no commit ${JSON.stringify(commit)} in ${location}`, { details: { commit, location } });
  }
}

const MOST_PATHS = 50;
const PATHS_IN_MESSAGE = 3;

/**
 * `OUTCOME_CONFLICT`: a working tree has something else in the place of what was to be changed. Nothing was changed.
 * `details.paths` has the first 50 of these places.
 */
export class OutcomeConflictError extends DadError<"OUTCOME_CONFLICT"> {
  constructor({ from, to }: OutcomeChangeRange, paths: readonly string[]) {
    const named = paths.slice(0, PATHS_IN_MESSAGE).map((path) => JSON.stringify(path));
    const more = paths.length > named.length ? ` and ${paths.length - named.length} more` : "";
    const message = `what leads from ${from} to ${to} does not fit the working tree, which has something else at ${named.join(", ")}${more}`;
    super("OUTCOME_CONFLICT", message, { details: { paths: paths.slice(0, MOST_PATHS), from, to } });
  }
}

/** `OUTCOME_PATH_INVALID`: this cannot be a file of a result tree. */
export class OutcomePathError extends DadError<"OUTCOME_PATH_INVALID"> {
  constructor(path: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super("OUTCOME_PATH_INVALID", `${JSON.stringify(path)} cannot be part of an outcome: ${reason}`, { ...options, details: { path } });
  }
}

/** `OUTCOME_CLOSED`: the repository, or the working tree of this run, is closed. */
export class OutcomeClosedError extends DadError<"OUTCOME_CLOSED"> {
  constructor(what: string) {
    super("OUTCOME_CLOSED", `${what} is closed`);
  }
}

/** `OUTCOME_NOT_KEPT`: what a run had not committed could not be kept when it was closed. It stays where it is. */
export class OutcomeNotKeptError extends DadError<"OUTCOME_NOT_KEPT"> {
  constructor(runId: string, location: string, options: { readonly cause?: unknown } = {}) {
    const { cause } = options;
    const why = cause instanceof Error ? ` (${cause.message.trim()})` : "";
    const message = `what run ${runId} did not commit could not be kept${why} and stays in ${location}: take from there what you need`;
    super("OUTCOME_NOT_KEPT", message, { ...options, details: { runId, location } });
  }
}

/** `OUTCOME_FAILED`: the storage of the outcome failed. What was committed before is still there. */
export class OutcomeFailedError extends DadError<"OUTCOME_FAILED"> {
  constructor(action: string, location: string, options: { readonly cause?: unknown } = {}) {
    const { cause } = options;
    const why = cause instanceof Error ? `: ${cause.message.trim()}` : "";
    super("OUTCOME_FAILED", `could not ${action} in ${location}${why}`, { ...options, details: { location } });
  }
}
