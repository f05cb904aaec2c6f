import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryObservability } from "@dad/observability/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigSchema } from "./config-schema.ts";
import { loadConfig } from "./load-config.ts";
import type {
  ContentConfig,
  LogsConfig,
  MetricsConfig,
  ObservabilityConfig,
  SpanLimits,
  TelemetryProviders,
  TracesConfig,
} from "./observability-config.ts";

let root: string;
let files = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "dad observability config "));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function loading(observability: string): Promise<unknown> {
  const file = join(root, `${(files += 1)}.config.mjs`);
  await writeFile(file, `export default { observability: ${observability} };`);
  return await loadConfig(file).then(
    (config) => config.observability,
    (error: unknown) => error,
  );
}

const LITERAL = "hunter2-hunter2-hunter2";

describe("the observability of a config", () => {
  it("may be none, or as it is usual", async () => {
    expect(await loading("false")).toBe(false);
    expect(await loading("{ logs: false, traces: {}, endpoint: 'https://otlp.example/otlp' }")).toEqual({
      logs: false,
      traces: {},
      endpoint: "https://otlp.example/otlp",
    });
  });

  it.each([
    ["true", 'observability: must be false, or an object such as { endpoint: "http://localhost:4318" }'],
    ['"otlp"', 'observability: must be false, or an object such as { endpoint: "http://localhost:4318" }'],
    ["{ exporter: [] }", "observability.exporter: unknown key; did you mean exporters?"],
    ['{ exporters: "otlp" }', "observability.exporters: must be a list, not a text"],
    ['{ exporters: ["jaeger"] }', 'observability.exporters.0: must be "otlp", "console", or a function that makes a sink'],
    ["{ exporters: [{}] }", 'observability.exporters.0: must be "otlp", "console", or a function that makes a sink'],
    ['{ serviceName: "" }', "observability.serviceName: must be a name in one line"],
    ['{ serviceName: "a\\nb" }', "observability.serviceName: must be a name in one line"],
    ["{ serviceName: 7 }", "observability.serviceName: must be a text, not a number"],
    ['{ resource: { "dad.run.id": "mine" } }', "observability.resource.dad.run.id: must be the name of an attribute"],
    ["{ resource: { team: {} } }", "observability.resource.team: must be a text or a number or true or false, not an object"],
    ['{ endpoint: "localhost:4318" }', "observability.endpoint: must be the address of a collector"],
    ['{ endpoint: "http://localhost:4318/v1/traces" }', "without /v1/traces, such as http://localhost:4318"],
    ['{ endpoint: "grpc://localhost:4317" }', "observability.endpoint: must be the address of a collector"],
    [
      '{ traces: { endpoint: "http://localhost:4318" } }',
      "observability.traces.endpoint: must be a whole address, such as http://localhost:4318/v1/traces",
    ],
    ['{ headers: { "a b": "c" } }', "observability.headers.a b: must be the name of a header"],
    ["{ headers: { team: 1 } }", "observability.headers.team: must be a text, or a secret such as"],
    ['{ compression: "zip" }', 'observability.compression: did you mean "gzip"?'],
    ["{ timeoutMs: 1 }", "observability.timeoutMs: must be at least 100"],
    ["{ traces: true }", "observability.traces: must be false, or an object such as { sample: 0.1 }"],
    ["{ traces: { sample: 10 } }", "observability.traces.sample: must be at most 1"],
    ["{ traces: { samples: 1 } }", "observability.traces.samples: unknown key; did you mean sample?"],
    ["{ metrics: { intervalMs: 1e12 } }", "observability.metrics.intervalMs: must be at most 86400000"],
    ['{ logs: { level: "warning" } }', 'observability.logs.level: must be one of "trace", "debug"'],
    ['{ logs: { onSpans: "all" } }', 'observability.logs.onSpans: must be one of "trace", "debug", "info", "warn", "error"'],
    ["{ logs: { commands: true } }", "observability.logs.commands: must be false, or an object such as { lines: 1000 }"],
    ["{ logs: { commands: { lines: 0 } } }", "observability.logs.commands.lines: must be more than 0"],
    ["{ content: true }", "observability.content: must be an object, not true or false"],
    ['{ content: { messages: "yes" } }', "observability.content.messages: must be true or false, not a text"],
    ['{ content: { input: ["question"] } }', 'observability.content.input.0: must be a JSON Pointer, such as "/question"'],
    ["{ content: { maxLength: -1 } }", "observability.content.maxLength: must be more than 0"],
    ["{ limits: { attributes: 1.5 } }", "observability.limits.attributes: must be a whole number"],
    ["{ providers: { tracerProvider: {} } }", "observability.providers.tracerProvider: must be a TracerProvider of OpenTelemetry"],
    ["{ providers: { tracerProvidr: {} } }", "observability.providers.tracerProvidr: unknown key; did you mean tracerProvider?"],
  ])("does not take %s, and says where it is wrong", async (observability, message) => {
    expect(await loading(observability)).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(message) as unknown });
  });

  it.each([
    [`{ headers: { authorization: "Bearer ${LITERAL}" } }`, "observability.headers.authorization: what has such a name is a secret"],
    [`{ traces: { headers: { "x-api-key": "${LITERAL}" } } }`, "observability.traces.headers.x-api-key: what has such a name is a secret"],
    [`{ headers: { auth: { secret: "${LITERAL}" } } }`, "observability.headers.auth.secret: must say where the secret is, such as env:NAME"],
    [`{ endpoint: "https://user:${LITERAL}@otlp.example" }`, "observability.endpoint: the address has a secret in it"],
    [`{ headers: { team: "sk-${LITERAL}" } }`, "observability.headers.team: a secret stands here itself"],
  ])("refuses a secret that stands in it, and does not repeat it: %s", async (observability, message) => {
    const error = await loading(observability);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(message) as unknown });
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });

  it("takes secrets by reference, and what is none as it is", async () => {
    const headers = { authorization: { secret: "env:LANGFUSE_AUTH" }, "x-scope-orgid": "team" };
    expect(await loading(JSON.stringify({ headers, logs: { headers } }))).toEqual({ headers, logs: { headers } });
  });

  it("knows each key of its type", () => {
    const signal = { exporters: ["console" as const], endpoint: "https://a.example/x", headers: {}, compression: "none" as const, timeoutMs: 100 };
    const traces: Required<TracesConfig> = { ...signal, sample: 0.5 };
    const metrics: Required<MetricsConfig> = { ...signal, intervalMs: 1000 };
    const logs: Required<LogsConfig> = { ...signal, level: "debug", onSpans: "warn", commands: { lines: 1, bytes: 2 } };
    const content: Required<ContentConfig> = { messages: true, input: [""], output: ["/a~1b"], maxLength: 10 };
    const limits: Required<SpanLimits> = { attributeLength: 1, attributes: 2, events: 3, links: 4 };
    const meterProvider = { getMeter: () => memoryObservability().meter };
    const providers: TelemetryProviders = { meterProvider };
    const observability: Required<ObservabilityConfig> = {
      ...signal,
      exporters: ["otlp", () => expect.fail("nobody makes a sink of it")],
      serviceName: "my service",
      resource: { "deployment.environment.name": "ci", shard: 7, canary: true },
      traces,
      metrics,
      logs,
      content,
      limits,
      providers,
    };
    const parsed = ConfigSchema.parse({ observability });
    expect(parsed.observability).toEqual(observability);
    expect(parsed.observability && parsed.observability.providers?.meterProvider).toBe(meterProvider);
  });
});
