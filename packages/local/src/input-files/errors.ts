import { DadError } from "@dad/protocol";

/** `INPUT_FILES_REFUSED`: files that cannot be given to a run. It says of all of them why. */
export class InputFilesError extends DadError<"INPUT_FILES_REFUSED"> {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options: { readonly cause?: unknown } = {}) {
    super("INPUT_FILES_REFUSED", problems.join("\n"), { ...options, details: { problems: [...problems] } });
    this.problems = problems;
  }
}
