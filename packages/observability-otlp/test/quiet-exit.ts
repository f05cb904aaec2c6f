// Ends while its receiver hangs and everything is still to be sent.
import { recordingObservability } from "@dad/observability";
import { otlpSink } from "@dad/observability-otlp";
import { endpoints, ORIGIN } from "./fake-receiver.ts";

const sink = otlpSink({ origin: ORIGIN, ...endpoints(process.argv[2] as string, { batching: { batchSize: 1 }, timeoutMs: 2 ** 30 }) });
const run = recordingObservability([sink]);
for (let number = 0; number < 10; number += 1) run.tracer.startSpan(`span ${number}`).end();
run.logger.emit({ body: "log" });
process.once("message", () => process.disconnect());
