import type { Answer } from "./delivery/answer.ts";
import { TelemetryTroubleError } from "./errors.ts";
import type { Signal } from "./settings.ts";
import { urlText } from "./signal-url.ts";

export interface Place {
  readonly signal: Signal;
  readonly url: string;
}

/** Of what does not arrive while the run goes on. */
export const SENT_LATER = ". What the run keeps in its files can be sent later: dad trace push";

/** What is said of something that does not arrive: what, where, why, and what can be done. `more`: what is to be added. */
export function troubleOf(answer: Answer | undefined, { signal, url }: Place, more = ""): TelemetryTroubleError {
  const where = urlText(url);
  if (!answer) {
    const message = `some ${signal} are not sent to ${where}: more came than it takes in time, and the oldest are given up. A larger queue (queueSize, OTEL_BSP_MAX_QUEUE_SIZE, OTEL_BLRP_MAX_QUEUE_SIZE) holds more${more}`;
    return new TelemetryTroubleError("TELEMETRY_UNREACHABLE", message, { details: { signal, url: where } });
  }
  const status = answer.outcome === "later" || answer.outcome === "refused" ? answer.status : undefined;
  const refused = answer.outcome === "refused" || answer.outcome === "taken";
  const message = `${refused ? "some " : ""}${signal} are not sent to ${where}: ${answer.reason}. ${remedyOf(answer, signal)}${more}`;
  return new TelemetryTroubleError(refused ? "TELEMETRY_REFUSED" : "TELEMETRY_UNREACHABLE", message, {
    details: { signal, url: where, reason: answer.reason, ...(status !== undefined && { status }) },
    ...(answer.outcome === "unreachable" && { cause: answer.cause }),
  });
}

function remedyOf(answer: Answer, signal: Signal): string {
  if (answer.outcome === "unreachable") return "Look whether a receiver of OTLP over HTTP listens there";
  if (answer.outcome === "later") return "It is asked again, less and less often";
  if (answer.outcome === "taken") return "Look at what the receiver logs";
  if (answer.status === 401 || answer.status === 403) return "Look at the headers that are sent along (headers, OTEL_EXPORTER_OTLP_HEADERS)";
  if (answer.status === 413) return "A single one is larger than it takes";
  if (answer.status === 400 || answer.status === 415)
    return "Look whether it takes another protocol (http/protobuf, http/json), or only what is not compressed";
  return `Look at the URL: the whole one of a signal mostly ends with /v1/${signal}`;
}
