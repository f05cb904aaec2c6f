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

/** `OUTCOME_REVISION_UNKNOWN`: there is no such revision that a run could start from. */
export class OutcomeRevisionError extends DadError<"OUTCOME_REVISION_UNKNOWN"> {
  constructor(
    revision: string,
    place: { readonly repository: string | undefined; readonly reason: string },
    options: { readonly cause?: unknown } = {},
  ) {
    const { repository, reason } = place;
    super("OUTCOME_REVISION_UNKNOWN", `a run cannot start from revision ${JSON.stringify(revision)}: ${reason}`, {
      ...options,
      details: { revision, reason, ...(repository === undefined ? {} : { repository }) },
    });
  }
}

/** Where a secret was found: the place of its first character. */
export interface SecretPlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What the secret is called. Its value is in no message. */
  readonly secret: string;
  /** How it was written there: as it is, or in another form such as `base64`. */
  readonly form: string;
}

/** `OUTCOME_SECRET`: what was to be committed has the value of a secret in it. Nothing was committed. `details.places` has the first 50 places. */
export class OutcomeSecretError extends DadError<"OUTCOME_SECRET"> {
  constructor(places: readonly SecretPlace[]) {
    const named = places
      .slice(0, PATHS_IN_MESSAGE)
      .map(({ path, line, secret, form }) => `${JSON.stringify(path)} line ${line} (${secret}, ${form})`);
    const more = places.length > named.length ? ` and ${places.length - named.length} more places` : "";
    const message = `the value of a secret would become part of the outcome: ${named.join(", ")}${more}. Take it out of the file, or ignore the file in .gitignore`;
    super("OUTCOME_SECRET", message, { details: { places: places.slice(0, MOST_PATHS).map((place) => ({ ...place })) } });
  }
}

/** `OUTCOME_DIRECTORY_TAKEN`: something is in the directory that a commit was to be written to. */
export class OutcomeDirectoryError extends DadError<"OUTCOME_DIRECTORY_TAKEN"> {
  constructor(directory: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super("OUTCOME_DIRECTORY_TAKEN", `${directory} cannot take the files of a commit: ${reason}; give an empty directory, or one that is not there`, {
      ...options,
      details: { directory },
    });
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
