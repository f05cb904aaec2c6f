import { DadError } from "@dad/protocol";

/** `GIT_UNAVAILABLE`: there is no git on this machine, or one that is too old. */
export class GitUnavailableError extends DadError<"GIT_UNAVAILABLE"> {
  constructor(
    program: string,
    versions: { readonly found: string | undefined; readonly needed: string },
    options: { readonly cause?: unknown } = {},
  ) {
    const found = versions.found === undefined ? "could not be started" : `is version ${versions.found}`;
    super("GIT_UNAVAILABLE", `"${program}" ${found}; install git ${versions.needed} or newer, or name another program in the option git.program`, {
      ...options,
      details: { program, needed: versions.needed, ...(versions.found === undefined ? {} : { found: versions.found }) },
    });
  }
}

/** `OUTCOME_INCLUDE_INVALID`: `.dadinclude`, or a file that it names, is not something that a working tree can get. */
export class OutcomeIncludeError extends DadError<"OUTCOME_INCLUDE_INVALID"> {
  constructor(path: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super("OUTCOME_INCLUDE_INVALID", `${path} cannot be included in a working tree: ${reason}`, { ...options, details: { path } });
  }
}

const MOST_PATHS = 50;
const PATHS_IN_MESSAGE = 3;

export interface MergeEnds {
  readonly commit: string;
  readonly repository: string;
  readonly branch: string;
}

/** `OUTCOME_MERGE_CONFLICT`: both sides changed the same. Nothing was changed. `details.paths` has the first 50 of these paths. */
export class OutcomeMergeConflictError extends DadError<"OUTCOME_MERGE_CONFLICT"> {
  constructor({ commit, repository, branch }: MergeEnds, paths: readonly string[]) {
    const named = paths.slice(0, PATHS_IN_MESSAGE).map((path) => JSON.stringify(path));
    const more = paths.length > named.length ? ` and ${paths.length - named.length} more` : "";
    const message = `commit ${commit} conflicts with branch ${branch} of ${repository} at ${named.join(", ")}${more}; nothing was changed`;
    super("OUTCOME_MERGE_CONFLICT", message, { details: { paths: paths.slice(0, MOST_PATHS), commit, repository, branch } });
  }
}

/** `OUTCOME_MERGE_REFUSED`: there is no such merge. `details.reason` says why. Nothing was changed. */
export class OutcomeMergeError extends DadError<"OUTCOME_MERGE_REFUSED"> {
  constructor(commit: string, reason: string, options: { readonly cause?: unknown } = {}) {
    super("OUTCOME_MERGE_REFUSED", `commit ${commit} cannot be merged: ${reason}`, { ...options, details: { commit, reason } });
  }
}
