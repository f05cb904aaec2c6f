import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import protojson from "protobufjs/ext/protojson.js";

const set = descriptor.FileDescriptorSet.decode(readFileSync(join(import.meta.dirname, "proto/opentelemetry-proto.binpb")));
const root = (protobuf.Root as unknown as { fromDescriptor(set: unknown): protobuf.Root }).fromDescriptor(set);

const MESSAGES = {
  "trace.jsonl": "opentelemetry.proto.trace.v1.TracesData",
  "logs.jsonl": "opentelemetry.proto.logs.v1.LogsData",
  "metrics.jsonl": "opentelemetry.proto.metrics.v1.MetricsData",
} as const;

/** Members that OTLP has otherwise than JSON for protobuf in general has them: what each must be. */
const FORMS: readonly (readonly [RegExp, (value: unknown) => boolean])[] = [
  [/^traceId$/, (value) => /^[0-9a-f]{32}$/.test(value as string)],
  [/^(spanId|parentSpanId)$/, (value) => /^[0-9a-f]{16}$/.test(value as string)],
  [/UnixNano$|^intValue$|^asInt$|^count$/, (value) => typeof value === "string" && /^-?\d+$/.test(value)],
  [/^bucketCounts$/, (value) => (value as readonly unknown[]).every((count) => typeof count === "string")],
  [/^(kind|code|severityNumber|aggregationTemporality)$/, (value) => Number.isInteger(value)],
];

/** Parses a line by the official protocol, refusing what that does not know. Gives the message as JSON, after it was bytes. */
export function strictlyParsed(file: keyof typeof MESSAGES, line: string): object {
  const type = root.lookupType(MESSAGES[file]);
  const message = protojson.fromJson(type, inBase64(JSON.parse(line)));
  const bytes = type.encode(message).finish();
  const again = protojson.toJson(type, type.decode(bytes)) as object;
  const before = JSON.stringify(protojson.toJson(type, message));
  if (before !== JSON.stringify(again)) throw new Error(`not the same after it was bytes: ${before}`);
  return again;
}

function inBase64(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inBase64);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      for (const [names, holds] of FORMS) if (names.test(name) && !holds(member)) throw new Error(`${name} is ${JSON.stringify(member)}`);
      const isId = /^(traceId|spanId|parentSpanId)$/.test(name);
      return [name, isId ? Buffer.from(member as string, "hex").toString("base64") : inBase64(member)];
    }),
  );
}
