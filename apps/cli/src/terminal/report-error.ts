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

export interface ReportUsageOptions extends ReportErrorOptions {
  /** What the parser of the command line says, with a suggestion. */
  readonly said: string;
}

/** What the parser of the command line did not understand. */
export function reportUsageError(message: string, { json, said }: ReportUsageOptions): number {
  const redactor = hostRedactor();
  const error = new UsageError(redactor.text(message.replace(/^error: /, "")));
  process.stderr.write(redactor.text(said));
  if (json) process.stdout.write(jsonText({ error: errorEnvelope(error) }));
  return exitCodeOfError(error);
}
