import { DadError, type DadErrorOptions } from "@dad/protocol";

/** `SECRET_REFERENCE_INVALID`: a text that should say where a secret is, and does not. It is never quoted, as it may be the secret itself. */
export class SecretReferenceError extends DadError<"SECRET_REFERENCE_INVALID"> {
  /** @param schemes - What a reference may begin with. */
  constructor(problem: string, schemes: readonly string[] = []) {
    const forms = "A reference says where a secret is, and never what it is: env:NAME, file:path, cmd:command";
    const others = schemes.length > 0 ? `. Here it begins with ${schemes.map((scheme) => `${scheme}:`).join(" or ")}` : "";
    super("SECRET_REFERENCE_INVALID", `${problem}. ${forms}${others}`, { details: { schemes } });
  }
}

/** `SECRET_UNAVAILABLE`: a secret is not where its reference says, or must not be taken from there. Its value is never part of the error. */
export class SecretUnavailableError extends DadError<"SECRET_UNAVAILABLE"> {
  /** @param problem - What is wrong, and what to do. */
  constructor(reference: string, problem: string, options: DadErrorOptions = {}) {
    super("SECRET_UNAVAILABLE", `the secret ${reference} is not to be had: ${problem}`, {
      ...options,
      details: { ...options.details, secret: reference },
    });
  }
}
