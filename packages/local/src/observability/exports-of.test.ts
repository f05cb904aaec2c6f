import type { ObservabilityConfig } from "@dad/config";
import { otlpFromEnv } from "@dad/observability-otlp/environment";
import { describe, expect, it } from "vitest";
import { exportsOf } from "./exports-of.ts";

const traceId = "019ac4f0b5d07c2a9d3e800000000000";
const exported = (settings: ObservabilityConfig, env: Record<string, string> = {}, remote?: { readonly traceFlags: number }) =>
  exportsOf(settings, otlpFromEnv(env), { traceId, remoteParent: remote && { traceId, spanId: "b7ad6b7169203331", ...remote } });

const NOWHERE = { traces: [], metrics: [], logs: [] };
const OTLP = { traces: ["otlp"], metrics: ["otlp"], logs: ["otlp"] };
const endpoint = "http://localhost:4318";

describe("where signals go", () => {
  it.each<readonly [string, ObservabilityConfig, Record<string, string>, object]>([
    ["nowhere by themselves", {}, {}, NOWHERE],
    ["to an endpoint that is written", { endpoint }, {}, OTLP],
    ["one to its own endpoint", { traces: { endpoint: `${endpoint}/v1/traces` } }, {}, { ...NOWHERE, traces: ["otlp"] }],
    ["where the environment says", {}, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, OTLP],
    ["one where the environment says", {}, { OTEL_LOGS_EXPORTER: "console" }, { ...NOWHERE, logs: ["console"] }],
    [
      "as is written, whatever the environment says",
      { exporters: ["console"] },
      { OTEL_TRACES_EXPORTER: "none", OTEL_LOGS_EXPORTER: "otlp" },
      { traces: ["console"], metrics: ["console"], logs: ["console"] },
    ],
    ["nowhere as is written", { exporters: [] }, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, NOWHERE],
    [
      "one as is written of it",
      { exporters: ["otlp"], metrics: { exporters: [] }, logs: { exporters: ["console"] } },
      {},
      { traces: ["otlp"], metrics: [], logs: ["console"] },
    ],
    ["nowhere when there are none", { endpoint, metrics: false }, {}, { ...OTLP, metrics: [] }],
    ["nowhere when all is switched off", { endpoint, logs: { exporters: ["console"] } }, { OTEL_SDK_DISABLED: "true" }, NOWHERE],
  ])("%s", (...[, settings, env, expected]) => expect(exported(settings, env)).toEqual(expected));

  it("are a sample of the traces, by the random part of their ids, and all else", () => {
    const sampled = (random: string, sample: number) => {
      const trace = { traceId: `${traceId.slice(0, 18)}${random}`, remoteParent: undefined };
      return exportsOf({ endpoint, traces: { sample } }, otlpFromEnv({}), trace).traces.length > 0;
    };
    expect([sampled("80000000000000", 0.5), sampled("7f000000000000", 0.5)]).toEqual([true, false]);
    expect([sampled("ffffffffffffff", 0), sampled("00000000000000", 1)]).toEqual([false, true]);
    expect(exported({ endpoint, traces: { sample: 0 } })).toEqual({ ...OTLP, traces: [] });
  });

  it("are a sample that somebody else has drawn already", () => {
    expect(exported({ endpoint, traces: { sample: 0 } }, {}, { traceFlags: 1 }).traces).toEqual(["otlp"]);
    expect(exported({ endpoint, traces: { sample: 1 } }, {}, { traceFlags: 0 }).traces).toEqual([]);
  });
});
