import { describe, expect, it } from "vitest";
import { LogsData, MetricsData, OtlpValue, TracesData } from "./otlp.ts";

const span = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
const traces = (given: object) => ({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...given }] }] }] });

describe("OTLP", () => {
  it("is read with members that nobody knows yet, and without those that have their default", () => {
    expect(TracesData.parse({ ...traces({ novelty: 1, kind: 99 }), novelty: {} })).toEqual(traces({ kind: 99 }));
    expect(LogsData.parse({ resourceLogs: [{}, { scopeLogs: [{ logRecords: [{}] }] }] })).toBeTruthy();
    const points = [{ asInt: "5" }, { asDouble: "NaN" }];
    expect(MetricsData.parse({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "n", sum: { dataPoints: points } }] }] }] })).toBeTruthy();
  });

  it("has values inside each other, and integers as digits or as numbers", () => {
    const value = {
      kvlistValue: { values: [{ key: "a", value: { arrayValue: { values: [{ intValue: "9223372036854775807" }, { intValue: 5 }, {}] } } }] },
    };
    expect(OtlpValue.parse(value)).toEqual(value);
  });

  it.each([
    { traceId: Buffer.alloc(16, 1).toString("base64") },
    { spanId: "b".repeat(15) },
    { startTimeUnixNano: "soon" },
    { startTimeUnixNano: 1.5 },
    { kind: "SPAN_KIND_CLIENT" },
    { attributes: { a: 1 } },
    { attributes: [{ key: "a", value: { intValue: 1.5 } }] },
  ])("is not %j", (given) => {
    expect(TracesData.safeParse(traces(given)).success).toBe(false);
  });
});
