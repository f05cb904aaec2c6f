import { DadError, type InputId } from "@dad/protocol";

/** `INPUT_EXPIRED`: nobody answered in time, or an answer came too late. */
export class InputExpiredError extends DadError<"INPUT_EXPIRED"> {
  constructor(request: InputId, expiresAt: string) {
    super("INPUT_EXPIRED", `${request} was to be answered by ${expiresAt}, and nobody did`, { details: { request, expiresAt } });
  }
}

/** `INPUT_CANCELLED`: the node needs no answer any more. The cause is the reason of its signal. */
export class InputCancelledError extends DadError<"INPUT_CANCELLED"> {
  constructor(request: InputId, cause: unknown) {
    super("INPUT_CANCELLED", `${request} needs no answer any more`, { cause, details: { request } });
  }
}

/** `INPUT_INVALID`: an answer that does not fit what was asked. Another one may be given, but for what is on record. */
export class InputInvalidError extends DadError<"INPUT_INVALID"> {
  constructor(request: InputId, problems: string, what = "the answer") {
    super("INPUT_INVALID", `${what} to ${request} does not fit: ${problems}`, { details: { request, problems } });
  }
}

/** `INPUT_SECRET`: a secret that came through the inbox, where it would stand in a file. */
export class InputSecretError extends DadError<"INPUT_SECRET"> {
  constructor(request: InputId) {
    super("INPUT_SECRET", `${request} asks for a secret, which is not written anywhere: resume the run in a terminal, and give it there`, {
      details: { request },
    });
  }
}

/** `STEP_INVALID`: the name of a step was used before, or what it gave cannot be recorded. */
export class StepError extends DadError<"STEP_INVALID"> {
  constructor(name: string, problem: string, options: { readonly cause?: unknown } = {}) {
    super("STEP_INVALID", `step ${JSON.stringify(name)}: ${problem}`, { ...options, details: { name } });
  }
}
