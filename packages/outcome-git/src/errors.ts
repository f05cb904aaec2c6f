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
