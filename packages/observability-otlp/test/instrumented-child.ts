// A program of somebody else with OpenTelemetry of its own, which goes on with the trace that its environment names.
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

const [, traceId = "", spanId = "", flags = ""] = (process.env["TRACEPARENT"] ?? "").split("-");
const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true });
// The exporter itself reads where to from OTEL_EXPORTER_OTLP_ENDPOINT.
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: new OTLPTraceExporter() })] });
provider.getTracer("child").startSpan("work of the child", {}, parent).end();
await provider.shutdown();
