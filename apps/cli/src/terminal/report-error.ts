import { errorEnvelope } from "@dad/protocol";
import { redactedError } from "@dad/run-context";
import { errorText, jsonText, paintFor } from "@dad/terminal";
import { UsageError } from "../errors.ts";
import { exitCodeOfError } from "../exit-code.ts";
import { hostRedactor } from "./host-secrets.ts";

export interface ReportErrorOptions {
  /** Tell it on stdout, too, as `{ "error": … }`. */
  readonly json: boolean;
}

/** Tells an error on stderr, without what it has of the secrets of the environment. Gives the exit code. */
export function reportError(thrown: unknown, { json }: ReportErrorOptions): number {
  const error = redactedError(thrown, hostRedactor());
  process.stderr.write(`${errorText(error, paintFor(process.stderr))}\n`);
  if (json) process.stdout.write(jsonText({ error: errorEnvelope(error) }));
  return exitCodeOfError(error);
}

/** What the parser of the command line did not understand. It has told so itself, with a suggestion. */
export function reportUsageError(message: string, { json }: ReportErrorOptions): number {
  const error = new UsageError(hostRedactor().text(message.replace(/^error: /, "")));
  if (json) process.stdout.write(jsonText({ error: errorEnvelope(error) }));
  return exitCodeOfError(error);
}
