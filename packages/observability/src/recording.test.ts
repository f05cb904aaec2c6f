import { isDeepStrictEqual } from "node:util";
import { type Context, ROOT_CONTEXT, SeverityNumber, SpanStatusCode, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { logAt } from "./log.ts";
import type { Observability } from "./observability.ts";
import type { MetricSnapshot, RecordedLog, RecordedSpan, StartedSpan } from "./recorded.ts";
import { recordingObservability, type RecordingOptions } from "./recording.ts";
import type { TelemetrySink } from "./telemetry-sink.ts";
import { observabilityContract } from "./testing.ts";

interface Kept extends TelemetrySink {
  readonly spans: RecordedSpan[];
  readonly begun: StartedSpan[];
  readonly logs: RecordedLog[];
  readonly snapshots: (readonly MetricSnapshot[])[];
  readonly did: string[];
}

function keeper(): Kept {
  const [spans, begun, logs, snapshots, did]: [RecordedSpan[], StartedSpan[], RecordedLog[], (readonly MetricSnapshot[])[], string[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  return {
    spans,
    begun,
    logs,
    snapshots,
    did,
    started: (span) => void begun.push(span),
    span: (span) => void spans.push(span),
    log: (log) => void logs.push(log),
    metrics: (snapshot) => void snapshots.push(snapshot),
    async flush() {
      did.push("flush");
    },
    async [Symbol.asyncDispose]() {
      did.push("release");
    },
  };
}

const broken: TelemetrySink = {
  started: fail,
  span: fail,
  log: fail,
  measured: fail,
  metrics: fail,
  flush: fail,
  [Symbol.asyncDispose]: fail,
};

function fail(): never {
  throw new Error("this sink keeps nothing of what it promised");
}

function recording(options?: RecordingOptions): Observability & { readonly kept: Kept } {
  const kept = keeper();
  return { ...recordingObservability([kept], options), kept };
}

const pairs = new WeakMap<Observability, readonly [Kept, Kept]>();

observabilityContract("recordingObservability over several sinks, one of them broken", {
  create() {
    const pair = [keeper(), keeper()] as const;
    const observability = recordingObservability([pair[0], broken, pair[1]]);
    pairs.set(observability, pair);
    return observability;
  },
  recorded(observability) {
    const [left, right] = pairs.get(observability) as readonly [Kept, Kept];
    for (const what of ["spans", "logs", "begun", "snapshots"] as const)
      if (!isDeepStrictEqual(left[what], right[what])) throw new Error(`the two sinks were told different ${what}`);
    const metrics = (left.snapshots.at(-1) ?? []).flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
    return { spans: left.spans, logs: left.logs, metrics };
  },
});

const remote: Context = trace.setSpanContext(ROOT_CONTEXT, { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 0, isRemote: true });

describe("recordingObservability", () => {
  it("hands a span over when it starts, and the same when it ends", () => {
    const { tracer, kept } = recording();
    const span = tracer.startSpan("span", { attributes: { a: 1 } });
    expect(kept.begun).toMatchObject([{ name: "span", attributes: { a: 1 } }]);
    expect(kept.spans).toEqual([]);
    span.end();
    expect(kept.spans).toMatchObject(kept.begun);
  });

  it("puts spans without a parent into the trace that it is told, and others under their parent", () => {
    const { tracer, kept } = recording({ traceId: "c".repeat(32) });
    tracer.startSpan("alone").end();
    tracer.startSpan("root", { root: true }, remote).end();
    tracer.startSpan("elsewhere", {}, remote).end();
    expect(kept.spans).toMatchObject([
      { traceId: "c".repeat(32) },
      { traceId: "c".repeat(32) },
      { traceId: "a".repeat(32), parentSpanId: "b".repeat(16), parentIsRemote: true },
    ]);
    expect(kept.spans[1]).not.toHaveProperty("parentSpanId");
  });

  it.each(["", "0".repeat(32), "C".repeat(32), "c".repeat(31)])("refuses %j for a trace", (traceId) => {
    expect(() => recordingObservability([], { traceId })).toThrow(TypeError);
  });

  it("is under the parent that it is told, also where spans are not recorded", () => {
    const { tracer, kept } = recording({ parent: remote });
    tracer.startSpan("child").end();
    expect(kept.spans).toMatchObject([{ parentSpanId: "b".repeat(16) }]);
    const { tracer: passing } = recording({ parent: remote, signals: { traces: false } });
    expect(passing.startSpan("child").spanContext()).toMatchObject({ spanId: "b".repeat(16) });
  });

  it("records only the signals that it is told", async () => {
    const { tracer, logger, meter, flush, kept } = recording({ signals: { traces: false, logs: false, metrics: false } });
    tracer.startSpan("span").end();
    logger.emit({ body: "log" });
    meter.createCounter("counter").add(1);
    await flush();
    expect([...kept.spans, ...kept.begun, ...kept.logs, ...kept.snapshots]).toEqual([]);
    expect(logger.enabled()).toBe(false);
  });

  it("drops logs below a level, and makes those from another on events of their span", () => {
    const { tracer, logger, kept } = recording({ logs: { level: "info", onSpans: "warn" } });
    const span = tracer.startSpan("span");
    const log = logAt(logger, { context: trace.setSpan(ROOT_CONTEXT, span) });
    for (const level of ["debug", "info", "warn", "error"] as const) log[level](level, { a: 1 });
    log.error("failed", { error: new RangeError("too far") });
    logger.emit({ body: "of no severity" });
    span.end();
    expect(kept.logs.map(({ body }) => body)).toEqual(["info", "warn", "error", "failed", "of no severity"]);
    expect(kept.spans[0]?.events).toMatchObject([
      { name: "log", attributes: { "log.severity": "WARN", "log.message": "warn", a: 1 } },
      { attributes: { "log.message": "error" } },
      { attributes: { "exception.type": "RangeError" } },
    ]);
    expect(logger.enabled({ severityNumber: SeverityNumber.DEBUG })).toBe(false);
  });

  it("makes logs events of their span also where logs are not recorded", () => {
    const { tracer, logger, kept } = recording({ signals: { logs: false }, logs: { onSpans: "error" } });
    const span = tracer.startSpan("span");
    logAt(logger, { context: trace.setSpan(ROOT_CONTEXT, span) }).error("failed");
    span.end();
    expect(kept.logs).toEqual([]);
    expect(kept.spans[0]?.events).toHaveLength(1);
  });

  it("keeps to its limits, and says what it left out", () => {
    const { tracer, logger, kept } = recording({ limits: { attributes: 2, attributeLength: 3, events: 2, links: 1, bodyLength: 4 } });
    const link = { context: { traceId: "d".repeat(32), spanId: "e".repeat(16), traceFlags: 1 } };
    const span = tracer.startSpan("span", { attributes: { a: "1234", b: ["1234", { deep: "12\u{1f600}" }], c: 1 }, links: [link, link] });
    span.setAttribute("a", "abcd").addEvent("1").addEvent("2").addEvent("3").setStatus({ code: SpanStatusCode.ERROR, message: "12345" }).end();
    logger.emit({ body: { deep: "12345" }, attributes: { a: 1, b: 2, c: 3, d: 4 } });
    expect(kept.spans).toMatchObject([
      {
        attributes: { a: "abc", b: ["123", { deep: "12" }] },
        events: [{ name: "2" }, { name: "3" }],
        links: [link],
        status: { message: "1234" },
        dropped: { attributes: 1, events: 1, links: 1 },
      },
    ]);
    expect(kept.logs).toMatchObject([{ body: { deep: "1234" }, attributes: { a: 1, b: 2 }, droppedAttributes: 2 }]);
  });

  it("keeps a value small, be it wide, deep, or many times inside itself", () => {
    const { tracer, logger, kept } = recording({ limits: { attributeLength: 10, bodyLength: 10 } });
    const twice = Array.from({ length: 40 }).reduce<unknown[]>((inner) => [inner, inner], ["x"]);
    const circle: unknown[] = [];
    circle.push(circle, circle);
    const wide = Array<string>(100_000).fill("a long text");
    const named = Object.fromEntries(wide.map((text, at) => [`${text} ${at}`, text]));
    for (const body of [twice, circle, wide, named]) logger.emit({ body, attributes: { body, ["name".repeat(1_000)]: 1 } });
    tracer.startSpan("span", { attributes: { twice } }).end();
    expect([...kept.logs, ...kept.spans].map((record) => JSON.stringify(record).length).filter((length) => length > 1_000_000)).toEqual([]);
    expect(JSON.stringify(kept.logs[2]?.body).match(/a long tex/g)).toHaveLength(64);
  });

  it("takes no link that names no span, no half characters, and nothing that goes in circles", () => {
    const { tracer, kept } = recording();
    const circle: { self?: unknown; text: string } = { text: "\ud800" };
    circle.self = circle;
    const span = tracer.startSpan("\udc00", { attributes: { circle, when: new Date(0), own: new Map() } });
    span.addLink({ context: { traceId: "none", spanId: "none", traceFlags: 1 } }).end();
    expect(kept.spans).toMatchObject([{ name: "\ufffd", links: [], attributes: { circle: { text: "\ufffd" }, when: "1970-01-01T00:00:00.000Z" } }]);
    expect(kept.spans[0]?.dropped).toEqual({ attributes: 1, events: 0, links: 1 });
  });

  it("hands over and releases each sink once, after what was measured last", async () => {
    const { meter, kept, flush, ...observability } = recording();
    const counter = meter.createCounter("counter");
    counter.add(1);
    await flush();
    counter.add(1);
    await observability[Symbol.asyncDispose]();
    await observability[Symbol.asyncDispose]();
    expect(kept.did).toEqual(["flush", "release"]);
    expect(kept.snapshots.map((snapshot) => snapshot[0]?.points[0]?.value)).toEqual([1, 2]);
  });

  it("resolves a flush when its signal is aborted, although a sink does not", async () => {
    const controller = new AbortController();
    const sink = { ...keeper(), flush: () => new Promise<void>(() => {}) };
    const flushed = recordingObservability([sink]).flush({ signal: controller.signal });
    controller.abort();
    await expect(flushed).resolves.toBeUndefined();
  });
});
