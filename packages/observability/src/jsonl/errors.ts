import { DadError, messageOf } from "@dad/protocol";

/** `TELEMETRY_NOT_WRITTEN`: a line could not be added to a file of telemetry, which is `details.file`; the cause says why. */
export class TelemetryFileError extends DadError<"TELEMETRY_NOT_WRITTEN"> {
  constructor(file: string, cause: unknown) {
    const message = `what the run tells of itself is not kept: ${file} cannot be written: ${messageOf(cause)}`;
    super("TELEMETRY_NOT_WRITTEN", message, { cause, details: { file } });
  }
}
