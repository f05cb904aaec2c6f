import type { KeptTelemetry } from "@dad/observability";
import { describe, expect, it } from "vitest";
import { telemetryOf } from "./telemetry-of.ts";

const kept = (given: Partial<KeptTelemetry>): KeptTelemetry => ({ spans: [], unfinished: [], logs: [], metrics: [], damaged: 0, ...given });
const traceId = "a".repeat(32);

/** A span called after its id. */
function span(spanId: string, more: object = {}): KeptTelemetry["spans"][number] {
  const facts: object = { kind: 0, startTime: 1, endTime: 2, attributes: {}, status: { code: 0 }, events: [], links: [], ...more };
  return { name: spanId, traceId, spanId, ...facts } as KeptTelemetry["spans"][number];
}

const log = (more: object) => ({ observedTime: 9, attributes: {}, ...more });
const at = (path: unknown) => ({ attributes: { "dad.node.path": path } });

describe("telemetryOf", () => {
  it("gives a span the element that it names, or that of the nearest span around it", () => {
    const { spans } = telemetryOf(
      kept({
        spans: [
          span("chat", { parentSpanId: "node", startTime: 3 }),
          span("inside", { parentSpanId: "chat", startTime: 4 }),
          span("node", { parentSpanId: "root", startTime: 2, ...at("main.a") }),
          span("stranger", { parentSpanId: "nowhere", startTime: 6 }),
          span("bad", { parentSpanId: "node", startTime: 7, ...at("no path!") }),
        ],
        unfinished: [span("root", { startTime: 1 })],
      }),
    );
    expect(spans.map(({ name, path, end }) => [name, path, end])).toEqual([
      ["root", undefined, null],
      ["node", "main.a", 2],
      ["chat", "main.a", 2],
      ["inside", "main.a", 2],
      ["stranger", undefined, 2],
      ["bad", "main.a", 2],
    ]);
  });

  it("is lost neither in a circle nor in a very long chain", () => {
    const circle = [span("a", { parentSpanId: "b" }), span("b", { parentSpanId: "a" }), span("c", { parentSpanId: "c" })];
    expect(telemetryOf(kept({ spans: circle })).spans.map(({ path }) => path)).toEqual([undefined, undefined, undefined]);
    const chain = Array.from({ length: 50_000 }, (_, index) =>
      span(`${index}`, { parentSpanId: `${index + 1}`, startTime: -index, ...(index === 49_999 ? at("main") : {}) }),
    );
    expect(new Set(telemetryOf(kept({ spans: chain })).spans.map(({ path }) => path))).toEqual(new Set(["main"]));
  });

  it("has one span of each id, and says how many there were besides", () => {
    const other = { traceId: "b".repeat(32) };
    const { spans, repeated } = telemetryOf(kept({ spans: [span("a"), span("a", { ...other, name: "again" })], unfinished: [span("a", other)] }));
    expect(spans.map(({ name }) => name)).toEqual(["a"]);
    expect(repeated).toBe(2);
  });

  it("has moments and numbers that JSON and dates can have, whatever a file says", () => {
    const histogram = { count: Number.NaN, min: 0, max: 0, bounds: [Infinity], buckets: [-1, 1.5] };
    const metric = { name: "n", kind: "histogram" as const, unit: "", description: "", startTime: 0, time: 0 };
    const { spans, logs, metrics } = telemetryOf(
      kept({
        spans: [
          span("a", { startTime: Infinity, endTime: 1e300, events: [{ name: "e", time: Number.NaN, attributes: {} }] }),
          span("b", { startTime: -5 }),
        ],
        logs: [log({ time: Infinity })],
        metrics: [{ ...metric, points: [{ attributes: {}, value: Number.NaN, histogram }] }],
      }),
    );
    expect(spans).toMatchObject([{ start: 0 }, { start: 8.64e15, end: 8.64e15, events: [{ time: 0 }] }]);
    expect(logs).toMatchObject([{ time: 8.64e15 }]);
    expect(metrics).toMatchObject([{ value: 0, count: 0, bounds: [0], buckets: [0, 1] }]);
  });

  it("says of what is nested deeper than can be written that it is, and takes no attribute for what objects inherit", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    const attributes = Object.fromEntries([
      ["deep", deep],
      ["__proto__", ["x"]],
      ["constructor", "x"],
    ]);
    const [found] = telemetryOf(kept({ spans: [span("a", { attributes })], logs: [log({ body: deep })] })).spans;
    expect(found?.attributes).toStrictEqual({ deep: "(no JSON: it is nested too deeply)", constructor: "x" });
  });

  it("has kinds and statuses as OTLP has them, events and links", () => {
    const context = { traceId, spanId: "b", traceFlags: 1 };
    const [found] = telemetryOf(
      kept({
        spans: [
          span("a", {
            kind: 2,
            status: { code: 2, message: "no" },
            events: [{ name: "e", time: 5, attributes: {} }],
            links: [{ context, attributes: { "dad.link.type": "retry_of" } }],
          }),
        ],
      }),
    ).spans;
    expect(found).toMatchObject({
      kind: 3,
      status: "error",
      message: "no",
      events: [{ name: "e" }],
      links: [{ traceId, spanId: "b", attributes: { "dad.link.type": "retry_of" } }],
    });
  });

  it("makes of attributes what JSON can carry, and cuts long ones", () => {
    const attributes = { long: "x".repeat(20_000), lone: "a\uD800", not: Number.NaN, list: ["a", null, Infinity], absent: undefined, yes: true };
    const [found] = telemetryOf(kept({ spans: [span("a", { attributes })] })).spans;
    expect(found?.attributes).toEqual({
      long: `${"x".repeat(16_384)}… (3616 more characters)`,
      lone: "a\uFFFD",
      not: "NaN",
      list: ["a", null, "Infinity"],
      yes: true,
    });
  });

  it("gives a log its element by its own word or by its span, and its level by its number", () => {
    const { logs } = telemetryOf(
      kept({
        spans: [span("node", at("main.a"))],
        logs: [
          log({ severityNumber: 17, body: { why: "no" }, traceId, spanId: "node" }),
          log({ time: 8, severityNumber: 24, eventName: "e", attributes: { "dad.node.path": "main.b" } }),
          log({ observedTime: 7 }),
        ],
      }),
    );
    expect(logs).toEqual([
      { time: 7, severity: "info", attributes: {} },
      { time: 8, severity: "fatal", eventName: "e", attributes: { "dad.node.path": "main.b" }, path: "main.b" },
      { time: 9, severity: "error", body: { why: "no" }, attributes: {}, traceId, spanId: "node", path: "main.a" },
    ]);
  });

  it("has each instrument for each set of attributes", () => {
    const instrument = { name: "n", kind: "histogram" as const, unit: "s", description: "d", startTime: 1, time: 2 };
    const histogram = { count: 2, min: 1, max: 2, bounds: [1], buckets: [1, 1] };
    const points = [
      { attributes: { a: "1" }, value: 3, histogram },
      { attributes: { a: "2" }, value: 4 },
    ];
    expect(telemetryOf(kept({ metrics: [{ ...instrument, points }] })).metrics).toEqual([
      { name: "n", unit: "s", description: "d", attributes: { a: "1" }, value: 3, count: 2, bounds: [1], buckets: [1, 1] },
      { name: "n", unit: "s", description: "d", attributes: { a: "2" }, value: 4 },
    ]);
  });
});
