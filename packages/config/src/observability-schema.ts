import { z } from "zod";
import type { ObservabilityConfig, TelemetryExporter, TelemetryProviders } from "./observability-config.ts";
import { TextOrSecret } from "./profile-schema.ts";

/** What is longer, timers of JavaScript do not know. */
const LONGEST_MS = 86_400_000;
const milliseconds = z.int().min(100).max(LONGEST_MS);
const count = z.int().positive();
const Level = z.enum(["trace", "debug", "info", "warn", "error"]);

const Exporter = z.custom<TelemetryExporter>(
  (value) => value === "otlp" || value === "console" || typeof value === "function",
  'must be "otlp", "console", or a function that makes a sink, such as (origin) => mySink(origin)',
);

const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "must be the name of a header, such as x-team");
const Headers = z.record(headerName, TextOrSecret);

function address(check: (url: URL) => boolean, message: string): z.ZodType<string> {
  return z.custom<string>((value) => typeof value === "string" && URL.canParse(value) && check(new URL(value)), message);
}

const isHttp = ({ protocol }: URL): boolean => /^https?:$/.test(protocol);
const BaseUrl = address(
  (url) => isHttp(url) && url.search === "" && url.hash === "" && !/\/v1\/(traces|metrics|logs)\/?$/.test(url.pathname),
  "must be the address of a collector, with http:// or https:// and without /v1/traces, such as http://localhost:4318",
);
const endpoint = {
  headers: Headers.exactOptional(),
  compression: z.enum(["gzip", "none"]).exactOptional(),
  timeoutMs: milliseconds.exactOptional(),
};

function signal(path: string) {
  const whole = address((url) => isHttp(url) && url.pathname !== "/", `must be a whole address, such as http://localhost:4318${path}`);
  return { exporters: z.array(Exporter).exactOptional(), endpoint: whole.exactOptional(), ...endpoint };
}

const orNone = <Signal extends z.ZodType>(signal: Signal, example: string) =>
  z.union([z.literal(false), signal], `must be false, or an object such as ${example}`).exactOptional();

const Traces = z.strictObject({ ...signal("/v1/traces"), sample: z.number().min(0).max(1).exactOptional() });
const Metrics = z.strictObject({ ...signal("/v1/metrics"), intervalMs: milliseconds.exactOptional() });
const Commands = z.strictObject({ lines: count.exactOptional(), bytes: count.exactOptional() });
const Logs = z.strictObject({
  ...signal("/v1/logs"),
  level: Level.exactOptional(),
  onSpans: Level.exactOptional(),
  commands: orNone(Commands, "{ lines: 1000 }"),
});

const pointer = z.string().regex(/^(\/([^~]|~[01])*)?$/, 'must be a JSON Pointer, such as "/question", or "" for the whole');
const Content = z.strictObject({
  messages: z.boolean().exactOptional(),
  input: z.array(pointer).exactOptional(),
  output: z.array(pointer).exactOptional(),
  maxLength: count.exactOptional(),
});

const Limits = z.strictObject({
  attributeLength: count.exactOptional(),
  attributes: count.exactOptional(),
  events: count.exactOptional(),
  links: count.exactOptional(),
});

function provider<Provider>(method: string, name: string) {
  return z
    .custom<Provider>(
      (value) => typeof (value as Readonly<Record<string, unknown>> | null)?.[method] === "function",
      `must be a ${name} of OpenTelemetry`,
    )
    .exactOptional();
}

const Providers = z.strictObject({
  tracerProvider: provider<NonNullable<TelemetryProviders["tracerProvider"]>>("getTracer", "TracerProvider"),
  meterProvider: provider<NonNullable<TelemetryProviders["meterProvider"]>>("getMeter", "MeterProvider"),
  loggerProvider: provider<NonNullable<TelemetryProviders["loggerProvider"]>>("getLogger", "LoggerProvider"),
});

const attributeName = z
  .string()
  .regex(/^(?!dad\.)\S+$/, "must be the name of an attribute, such as deployment.environment.name; those of dad. are the run's own");
const Resource = z.record(attributeName, z.union([z.string(), z.number(), z.boolean()]));

export const ObservabilitySchema = z.strictObject({
  serviceName: z
    .string()
    .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, "must be a name in one line, such as my-service")
    .exactOptional(),
  resource: Resource.exactOptional(),
  exporters: z.array(Exporter).exactOptional(),
  endpoint: BaseUrl.exactOptional(),
  ...endpoint,
  traces: orNone(Traces, "{ sample: 0.1 }"),
  metrics: orNone(Metrics, "{ intervalMs: 10000 }"),
  logs: orNone(Logs, '{ level: "debug" }'),
  content: Content.exactOptional(),
  limits: Limits.exactOptional(),
  providers: Providers.exactOptional(),
}) satisfies z.ZodType<ObservabilityConfig>;
