import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { MetricSnapshot, RecordedLog, RecordedSpan, TelemetryOrigin } from "@dad/observability";
import type { Rejection, Reply } from "../delivery/answer.ts";
import { rejectionOf } from "../delivery/rejection.ts";
import type { Message } from "../delivery/receiver.ts";
import type { OtlpProtocol } from "../settings.ts";
import { readableLog } from "./logs.ts";
import { resourceMetrics } from "./metrics.ts";
import { readableSpan, type Source } from "./spans.ts";

interface Serializer<Request> {
  serializeRequest(request: Request): Uint8Array | undefined;
  deserializeResponse(body: Uint8Array): { readonly partialSuccess?: object };
}

/** Makes messages of records: by the encoders of OpenTelemetry, which are slow to load. */
export function encodersFor({ resource, scope, schemaUrl }: TelemetryOrigin, protocol: OtlpProtocol) {
  const source: Source = { resource: resourceFromAttributes({ ...resource }), scope: { ...scope, ...(schemaUrl !== undefined && { schemaUrl }) } };
  const json = protocol === "http/json";
  const message = <Request>(serializer: Serializer<Request>, request: Request): Message => {
    const body = serializer.serializeRequest(request);
    if (!body) throw new Error("the encoder gave nothing");
    return { contentType: json ? "application/json" : "application/x-protobuf", body, rejection: (reply) => rejectionIn(reply, serializer) };
  };
  return {
    traces: (spans: readonly RecordedSpan[]) =>
      message(
        json ? JsonTraceSerializer : ProtobufTraceSerializer,
        spans.map((span) => readableSpan(span, source)),
      ),
    logs: (logs: readonly RecordedLog[]) =>
      message(
        json ? JsonLogsSerializer : ProtobufLogsSerializer,
        logs.map((log) => readableLog(log, source)),
      ),
    metrics: (snapshots: readonly (readonly MetricSnapshot[])[]) =>
      message(json ? JsonMetricsSerializer : ProtobufMetricsSerializer, resourceMetrics(snapshots.at(-1) ?? [], source)),
  };
}

/** Receivers that say nothing, or nothing that can be read, have taken everything. */
function rejectionIn({ body }: Reply, serializer: Pick<Serializer<never>, "deserializeResponse">): Rejection {
  try {
    return rejectionOf(serializer.deserializeResponse(body).partialSuccess);
  } catch {
    return rejectionOf(undefined);
  }
}
