import { DadError, type Json } from "@dad/protocol";

type TroubleCode = "TELEMETRY_UNREACHABLE" | "TELEMETRY_REFUSED";

export interface TroubleOptions {
  readonly cause?: unknown;
  readonly details: Readonly<Record<string, Json>>;
}

/**
 * `TELEMETRY_UNREACHABLE`: there was no answer from a receiver, or it had no time. `TELEMETRY_REFUSED`: it does not take what it got. `details` have the `url` (without
 * what may be secret of it), the `status` of its answer, and what it said.
 */
export class TelemetryTroubleError extends DadError<TroubleCode> {
  constructor(code: TroubleCode, message: string, { details, ...options }: TroubleOptions) {
    super(code, message, { ...options, details, retryable: code === "TELEMETRY_UNREACHABLE" });
  }
}
