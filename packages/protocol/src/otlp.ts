import { z } from "zod";

// OTLP as JSON, one value for each line of a file: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/ and
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Whoever reads ignores what it does not know, and a member that
// is not there has the value that the protocol calls its default.

/** 64 bits: digits, but a number is accepted. */
const Integer64 = z.union([z.string().regex(/^-?\d+$/), z.int()]);
/** What JSON cannot say is a text. */
const Double = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);
const TraceIdHex = z.union([z.string().regex(/^[0-9a-fA-F]{32}$/), z.literal("")]);
const SpanIdHex = z.union([z.string().regex(/^[0-9a-fA-F]{16}$/), z.literal("")]);

/** At most one member. Without one: no value. */
export const OtlpValue = z.object({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: Integer64.optional(),
  doubleValue: Double.optional(),
  get arrayValue() {
    return z.object({ values: z.array(OtlpValue).optional() }).optional();
  },
  get kvlistValue() {
    return z.object({ values: z.array(OtlpAttribute).optional() }).optional();
  },
  /** Base64. */
  bytesValue: z.string().optional(),
});
export type OtlpValue = z.infer<typeof OtlpValue>;

export const OtlpAttribute: z.ZodObject<{ key: z.ZodString; value: z.ZodOptional<typeof OtlpValue> }> = z.object({
  key: z.string(),
  get value() {
    return OtlpValue.optional();
  },
});
export type OtlpAttribute = z.infer<typeof OtlpAttribute>;

const Attributes = z.array(OtlpAttribute).optional();
const Count = z.int().nonnegative().optional();
const Resource = z.object({ attributes: Attributes, droppedAttributesCount: Count }).optional();
const Scope = z
  .object({ name: z.string().optional(), version: z.string().optional(), attributes: Attributes, droppedAttributesCount: Count })
  .optional();
const SchemaUrl = z.string().optional();

export const OtlpSpan = z.object({
  traceId: TraceIdHex,
  spanId: SpanIdHex,
  traceState: z.string().optional(),
  parentSpanId: SpanIdHex.optional(),
  /** The flags of W3C Trace Context, 0x100: it is known whether the parent is remote, 0x200: it is. */
  flags: z.int().optional(),
  name: z.string().optional(),
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: z.int().optional(),
  startTimeUnixNano: Integer64.optional(),
  endTimeUnixNano: Integer64.optional(),
  attributes: Attributes,
  droppedAttributesCount: Count,
  events: z
    .array(z.object({ timeUnixNano: Integer64.optional(), name: z.string().optional(), attributes: Attributes, droppedAttributesCount: Count }))
    .optional(),
  droppedEventsCount: Count,
  links: z
    .array(
      z.object({
        traceId: TraceIdHex,
        spanId: SpanIdHex,
        traceState: z.string().optional(),
        attributes: Attributes,
        droppedAttributesCount: Count,
        flags: z.int().optional(),
      }),
    )
    .optional(),
  droppedLinksCount: Count,
  /** Code: 0 unset, 1 ok, 2 error. */
  status: z.object({ message: z.string().optional(), code: z.int().optional() }).optional(),
});
export type OtlpSpan = z.infer<typeof OtlpSpan>;

/** A line of `trace.jsonl`. */
export const TracesData = z.object({
  resourceSpans: z.array(
    z.object({
      resource: Resource,
      scopeSpans: z.array(z.object({ scope: Scope, spans: z.array(OtlpSpan).optional(), schemaUrl: SchemaUrl })).optional(),
      schemaUrl: SchemaUrl,
    }),
  ),
});
export type TracesData = z.infer<typeof TracesData>;

export const OtlpLogRecord = z.object({
  timeUnixNano: Integer64.optional(),
  observedTimeUnixNano: Integer64.optional(),
  severityNumber: z.int().optional(),
  severityText: z.string().optional(),
  body: OtlpValue.optional(),
  attributes: Attributes,
  droppedAttributesCount: Count,
  flags: z.int().optional(),
  traceId: TraceIdHex.optional(),
  spanId: SpanIdHex.optional(),
  eventName: z.string().optional(),
});
export type OtlpLogRecord = z.infer<typeof OtlpLogRecord>;

/** A line of `logs.jsonl`. */
export const LogsData = z.object({
  resourceLogs: z.array(
    z.object({
      resource: Resource,
      scopeLogs: z.array(z.object({ scope: Scope, logRecords: z.array(OtlpLogRecord).optional(), schemaUrl: SchemaUrl })).optional(),
      schemaUrl: SchemaUrl,
    }),
  ),
});
export type LogsData = z.infer<typeof LogsData>;

const Point = { attributes: Attributes, startTimeUnixNano: Integer64.optional(), timeUnixNano: Integer64.optional(), flags: z.int().optional() };
const NumberPoints = z.array(z.object({ ...Point, asDouble: Double.optional(), asInt: Integer64.optional() })).optional();

export const OtlpMetric = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
  gauge: z.object({ dataPoints: NumberPoints }).optional(),
  /** Temporality: 1 delta, 2 cumulative. */
  sum: z.object({ dataPoints: NumberPoints, aggregationTemporality: z.int().optional(), isMonotonic: z.boolean().optional() }).optional(),
  histogram: z
    .object({
      dataPoints: z
        .array(
          z.object({
            ...Point,
            count: Integer64.optional(),
            sum: Double.optional(),
            bucketCounts: z.array(Integer64).optional(),
            explicitBounds: z.array(Double).optional(),
            min: Double.optional(),
            max: Double.optional(),
          }),
        )
        .optional(),
      aggregationTemporality: z.int().optional(),
    })
    .optional(),
});
export type OtlpMetric = z.infer<typeof OtlpMetric>;

/** A line of `metrics.jsonl`. */
export const MetricsData = z.object({
  resourceMetrics: z.array(
    z.object({
      resource: Resource,
      scopeMetrics: z.array(z.object({ scope: Scope, metrics: z.array(OtlpMetric).optional(), schemaUrl: SchemaUrl })).optional(),
      schemaUrl: SchemaUrl,
    }),
  ),
});
export type MetricsData = z.infer<typeof MetricsData>;
