import { describe, expect, it } from "vitest";
import { otlpFromEnv } from "./environment.ts";

type Env = Readonly<Record<string, string>>;

describe("otlpFromEnv", () => {
  it("says of no variables that nothing is sent, and where it would be", () => {
    expect(otlpFromEnv({})).toEqual({
      disabled: false,
      exporters: { traces: [], metrics: [], logs: [] },
      traces: { url: "http://localhost:4318/v1/traces", batching: { delayMs: 5000 } },
      metrics: { url: "http://localhost:4318/v1/metrics" },
      logs: { url: "http://localhost:4318/v1/logs", batching: { delayMs: 1000 } },
      resource: {},
      warnings: [],
    });
  });

  it.each<[string, Env, string]>([
    ["adds the path of the signal to the endpoint of all", { ENDPOINT: "http://host:4318" }, "http://host:4318/v1/traces"],
    ["does so under a path", { ENDPOINT: "https://host/otlp/" }, "https://host/otlp/v1/traces"],
    ["keeps a query of it", { ENDPOINT: "https://host/otlp?key=1" }, "https://host/otlp/v1/traces?key=1"],
    ["takes the endpoint of the signal as it is", { TRACES_ENDPOINT: "http://host:4318" }, "http://host:4318/"],
    ["does so with a path", { TRACES_ENDPOINT: "http://host/v1/traces/" }, "http://host/v1/traces/"],
    ["takes that of the signal first", { ENDPOINT: "http://all", TRACES_ENDPOINT: "http://one/t" }, "http://one/t"],
    ["takes that of all when that of the signal is empty", { ENDPOINT: "http://all", TRACES_ENDPOINT: " " }, "http://all/v1/traces"],
    ["takes that of all when that of the signal is none", { ENDPOINT: "http://all", TRACES_ENDPOINT: "host:4318" }, "http://all/v1/traces"],
  ])("%s", (_what, endpoints, url) => {
    const env = Object.fromEntries(Object.entries(endpoints).map(([name, value]) => [`OTEL_EXPORTER_OTLP_${name}`, value]));
    const { traces, exporters } = otlpFromEnv(env);
    expect({ url: traces.url, exporters: exporters.traces }).toEqual({ url, exporters: ["otlp"] });
  });

  it("reads headers as the W3C encodes them, those of one signal in the place of those of all", () => {
    const { traces, logs, warnings } = otlpFromEnv({
      OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Basic%20YWJj%3D, x-tenant = a ,,x-empty=,x-equals=a=b",
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: "only=this",
    });
    expect(traces.headers).toEqual({ Authorization: "Basic YWJj=", "x-tenant": "a", "x-empty": "", "x-equals": "a=b" });
    expect(logs.headers).toEqual({ only: "this" });
    expect(warnings).toEqual([]);
  });

  it.each<[string, string, string]>([
    ["without a =", "secret-token", "its member 1 has no ="],
    ["with a name that is none", "a=1,b c=secret-token", "its member 2 has a name with characters that names do not have"],
    ["with a bad encoding", "a=secret-token%zz", "its member 1 (a) has a % that is not followed by two hexadecimal digits"],
    ["with a line break in it", "a=secret-token%0d%0aHost:%20x", "the value of a has characters that headers do not have"],
  ])("ignores a header %s, and does not say it", (_what, headers, problem) => {
    const { traces, warnings } = otlpFromEnv({ OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers });
    expect(traces.headers ?? {}).not.toMatchObject({ a: expect.stringContaining("secret") as string });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`part of OTEL_EXPORTER_OTLP_TRACES_HEADERS is ignored: ${problem}`);
    expect(warnings[0]).not.toContain("secret-token");
  });

  it("takes no name of a header for a member of objects", () => {
    expect(Object.keys(otlpFromEnv({ OTEL_EXPORTER_OTLP_HEADERS: "__proto__=1" }).traces.headers ?? {})).toEqual(["__proto__"]);
  });

  it.each<[Env, readonly string[]]>([
    [{ OTEL_TRACES_EXPORTER: "otlp" }, ["otlp"]],
    [{ OTEL_TRACES_EXPORTER: "otlp, console,otlp" }, ["otlp", "console"]],
    [{ OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://h" }, []],
    [{ OTEL_TRACES_EXPORTER: "", OTEL_EXPORTER_OTLP_ENDPOINT: "http://h" }, ["otlp"]],
    [{ OTEL_METRICS_EXPORTER: "otlp" }, []],
    [{ OTEL_SDK_DISABLED: "TRUE", OTEL_TRACES_EXPORTER: "otlp" }, []],
    [{ OTEL_SDK_DISABLED: "false", OTEL_TRACES_EXPORTER: "console" }, ["console"]],
  ])("%o: %o", (env, exporters) => {
    expect(otlpFromEnv(env)).toMatchObject({ exporters: { traces: exporters }, warnings: [] });
  });

  it("sends nothing in a protocol that it does not speak, rather than in another", () => {
    const { exporters, traces, warnings } = otlpFromEnv({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://host:4317",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "HTTP/JSON",
    });
    expect(exporters).toEqual({ traces: ["otlp"], metrics: [], logs: [] });
    expect(traces.protocol).toBe("http/json");
    expect(warnings[0]).toContain(
      "OTEL_EXPORTER_OTLP_PROTOCOL is ignored: grpc is not supported, so nothing is sent there: use http/protobuf or http/json",
    );
  });

  it.each<[string, string | undefined, unknown]>([
    ["always_on", undefined, { sampler: "always_on" }],
    ["always_off", "0.5", { sampler: "always_off" }],
    ["traceidratio", "0.25", { sampler: "traceidratio", ratio: 0.25 }],
    ["traceidratio", undefined, { sampler: "traceidratio" }],
    ["ParentBased_TraceIdRatio", "1", { sampler: "parentbased_traceidratio", ratio: 1 }],
    ["parentbased_always_off", undefined, { sampler: "parentbased_always_off" }],
  ])("samples by %s %s", (sampler, argument, sampling) => {
    const env = { OTEL_TRACES_SAMPLER: sampler, ...(argument !== undefined && { OTEL_TRACES_SAMPLER_ARG: argument }) };
    expect(otlpFromEnv(env)).toMatchObject({ traces: { sampling }, warnings: [] });
  });

  it("takes numbers for batches, intervals and times, the shorter time of two", () => {
    const env = otlpFromEnv({
      OTEL_BSP_SCHEDULE_DELAY: "0",
      OTEL_BSP_MAX_QUEUE_SIZE: "10",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "5",
      OTEL_BSP_EXPORT_TIMEOUT: "30000",
      OTEL_BLRP_SCHEDULE_DELAY: "7",
      OTEL_BLRP_EXPORT_TIMEOUT: "500",
      OTEL_METRIC_EXPORT_INTERVAL: "15000",
      OTEL_METRIC_EXPORT_TIMEOUT: "1000",
      OTEL_EXPORTER_OTLP_TIMEOUT: "2000",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: "none",
      OTEL_EXPORTER_OTLP_CERTIFICATE: "ca.pem",
      OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: "key.pem",
    });
    expect(env.traces).toMatchObject({
      batching: { delayMs: 0, queueSize: 10, batchSize: 5 },
      timeoutMs: 2000,
      compression: "gzip",
      tls: { ca: "ca.pem" },
    });
    expect(env.logs).toMatchObject({ batching: { delayMs: 7 }, timeoutMs: 500, tls: { ca: "ca.pem", key: "key.pem" } });
    expect(env.metrics).toMatchObject({ intervalMs: 15_000, timeoutMs: 1000, compression: "none" });
  });

  it("takes attributes of the resource, and the name of the service from its own variable first", () => {
    const { resource } = otlpFromEnv({ OTEL_RESOURCE_ATTRIBUTES: "service.name=a,team=x%2Cy", OTEL_SERVICE_NAME: "b" });
    expect(resource).toEqual({ "service.name": "b", team: "x,y" });
  });

  it.each<[string, string, string]>([
    ["OTEL_SDK_DISABLED", "yes", '"yes" is neither true nor false'],
    ["OTEL_TRACES_EXPORTER", "zipkin", '"zipkin" is none of otlp, console, none'],
    ["OTEL_TRACES_EXPORTER", "none,otlp", "none goes with nothing else"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "it is no URL that begins with http:// or https://"],
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://host", "it is no URL that begins with http:// or https://"],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "10s", '"10s" is no whole number from 1'],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", "0", '"0" is no whole number from 1'],
    ["OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", '"zstd" is none of gzip, none'],
    ["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http", '"http" is none of http/protobuf, http/json, grpc'],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote", '"jaeger_remote" is none of always_on, always_off, traceidratio'],
    ["OTEL_BSP_MAX_QUEUE_SIZE", "-1", '"-1" is no whole number from 1'],
    ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "5000", "a batch is no larger than the queue, which has 2048 places"],
    ["OTEL_RESOURCE_ATTRIBUTES", "a=1,b", "its member 2 has no ="],
    ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta", "metrics are always cumulative"],
  ])("ignores %s=%s, and says so", (name, value, problem) => {
    const { warnings, ...rest } = otlpFromEnv({ [name]: value });
    expect(warnings[0]).toContain(name);
    expect(warnings[0]).toContain(problem);
    const unchanged = name === "OTEL_TRACES_EXPORTER" && value === "none,otlp";
    expect(rest).toEqual({ ...otlpFromEnv({}), warnings: undefined, ...(unchanged && { exporters: rest.exporters }) });
  });

  it("ignores the argument of a sampler that is no part of one", () => {
    const { traces, warnings } = otlpFromEnv({ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "50%" });
    expect(traces.sampling).toEqual({ sampler: "traceidratio" });
    expect(warnings).toEqual(['OTEL_TRACES_SAMPLER_ARG is ignored: "50%" is no number from 0 to 1']);
  });
});
