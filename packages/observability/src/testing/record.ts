import { type Attributes, type BatchObservableCallback, ROOT_CONTEXT, SeverityNumber, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Observability } from "../observability.ts";
import { type ObservabilitySubject, PROBE, recordOf, type TelemetryRecord } from "./subject.ts";

const link = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };

/** What an adapter that records has to hand over. One that does not has only to say so. */
export function recordContract(subject: ObservabilitySubject): void {
  /** What was recorded. An adapter that says that it records nothing owes nothing. */
  async function record<Expected extends object>(observability: Observability, expected: Expected): Promise<TelemetryRecord | Expected> {
    return (await recordOf(subject, observability)) ?? expected;
  }

  it("says the same of spans and of logs: they record, or they do not", async () => {
    await using observability = await subject.create();
    expect(observability.logger.enabled()).toBe(observability.tracer.startSpan("span").isRecording());
  });

  describe("spans", () => {
    it("have their name, kind, attributes and links, and nothing that came after their end", async () => {
      await using observability = await subject.create();
      const span = observability.tracer.startSpan("first", {
        kind: SpanKind.CLIENT,
        attributes: { a: 1, list: ["x", "y"] },
        links: [{ context: link }],
      });
      span
        .setAttribute("b", "two")
        .setAttributes({ a: 2, c: true })
        .updateName("second")
        .addLink({ context: link, attributes: { why: "rerun" } });
      span.end();
      span.setAttribute("late", true).updateName("late").end();
      const expected = {
        spans: [
          {
            name: "second",
            kind: SpanKind.CLIENT,
            attributes: { a: 2, list: ["x", "y"], b: "two", c: true },
            links: [{ context: link }, { context: link, attributes: { why: "rerun" } }],
            status: { code: SpanStatusCode.UNSET },
          },
        ],
      };
      const recorded = await record(observability, expected);
      expect(recorded).toMatchObject(expected);
      expect(recorded.spans[0]?.attributes).toEqual(expected.spans[0]?.attributes);
    });

    it("take a status by rank: OK stays, ERROR has a message, UNSET changes nothing", async () => {
      await using observability = await subject.create();
      const failed = observability.tracer.startSpan("failed");
      failed.setStatus({ code: SpanStatusCode.ERROR, message: "first" }).setStatus({ code: SpanStatusCode.ERROR, message: "second" });
      failed.setStatus({ code: SpanStatusCode.UNSET }).end();
      const good = observability.tracer.startSpan("good");
      good.setStatus({ code: SpanStatusCode.OK }).setStatus({ code: SpanStatusCode.ERROR, message: "too late" }).end();
      const expected = {
        spans: [{ status: { code: SpanStatusCode.ERROR, message: "second" } }, { status: { code: SpanStatusCode.OK } }],
      };
      expect(await record(observability, expected)).toMatchObject(expected);
    });

    it("have events and exceptions", async () => {
      await using observability = await subject.create();
      const span = observability.tracer.startSpan("eventful");
      span.addEvent("plain").addEvent("with attributes", { a: 1 }).recordException(new RangeError("too far"));
      span.end();
      const exception = { name: "exception", attributes: { "exception.type": "RangeError", "exception.message": "too far" } };
      const expected = { spans: [{ events: [{ name: "plain" }, { name: "with attributes", attributes: { a: 1 } }, exception] }] };
      expect(await record(observability, expected)).toMatchObject(expected);
    });

    it("keep the times that they are given, and do not end before they start", async () => {
      await using observability = await subject.create();
      const start = Date.now();
      const given = observability.tracer.startSpan("given", { startTime: new Date(start) });
      given.addEvent("moment", new Date(start + 1)).end([Math.trunc(start / 1000) + 1, 500_000_000]);
      observability.tracer.startSpan("measured").end();
      const recorded = await recordOf(subject, observability);
      if (!recorded) return;
      const [first, second] = recorded.spans;
      expect(first).toMatchObject({ startTime: start, endTime: (Math.trunc(start / 1000) + 1.5) * 1000, events: [{ time: start + 1 }] });
      expect(second?.endTime).toBeGreaterThanOrEqual(second?.startTime ?? Number.NaN);
    });

    it("find their parents among 1,000 that are open at the same time", async () => {
      await using observability = await subject.create();
      const { tracer } = observability;
      const roots = Array.from({ length: 100 }, () => tracer.startSpan("root"));
      for (const root of roots) {
        const inside = trace.setSpan(ROOT_CONTEXT, root);
        for (const child of Array.from({ length: 9 }, (_, index) => tracer.startSpan(`child${index}`, {}, inside))) child.end();
      }
      for (const root of roots) root.end();
      const spans = (await recordOf(subject, observability))?.spans ?? [];
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      expect(byId.size).toBe(spans.length);
      for (const span of spans.filter(({ name }) => name !== "root")) {
        expect(byId.get(span.parentSpanId ?? "")).toMatchObject({ name: "root", traceId: span.traceId });
      }
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(spans.length / 10);
    });
  });

  it("is handed over in order and once, however often it is flushed, without the spans that go on", async () => {
    await using observability = await subject.create();
    const { tracer, logger, meter, flush } = observability;
    const outer = tracer.startSpan("outer");
    const open = tracer.startSpan("open", { attributes: { a: 1 } }, trace.setSpan(ROOT_CONTEXT, outer));
    await flush();
    tracer.startSpan("inner", {}, trace.setSpan(ROOT_CONTEXT, open)).end();
    outer.end();
    for (const body of ["first", "second"]) logger.emit({ body });
    meter.createCounter("counter").add(2);
    await flush();
    const recorded = await recordOf(subject, observability);
    if (!recorded) return;
    expect(recorded.spans.map(({ name }) => name)).toEqual(["inner", "outer"]);
    expect(recorded.logs.map(({ body }) => body)).toEqual(["first", "second"]);
    expect(recorded.metrics.map(({ name, value }) => [name, value])).toEqual([["counter", 2]]);
    // Of what goes on, an adapter may tell as well: what it is, where it belongs, and nothing else.
    const { traceId, spanId } = open.spanContext();
    const goesOn = [{ name: "open", traceId, spanId, parentSpanId: outer.spanContext().spanId, attributes: { a: 1 } }];
    const told = recorded.unfinished?.filter(({ name }) => name !== PROBE);
    expect(told ?? goesOn).toMatchObject(goesOn);
  });

  describe("metrics", () => {
    it("come from every kind of instrument, the observable ones at the flush", async () => {
      await using observability = await subject.create();
      const { meter } = observability;
      const attributes: Attributes = { model: "m" };
      meter.createCounter("counter").add(2, attributes);
      meter.createUpDownCounter("upDown").add(-3, attributes);
      meter.createGauge("gauge").record(4, attributes);
      meter.createObservableCounter("observableCounter").addCallback((result) => result.observe(5, attributes));
      meter.createObservableUpDownCounter("observableUpDown").addCallback(async (result) => result.observe(-6, attributes));
      meter.createObservableGauge("observableGauge").addCallback((result) => result.observe(7, attributes));
      const values = { counter: 2, upDown: -3, gauge: 4, observableCounter: 5, observableUpDown: -6, observableGauge: 7 };
      const metrics = Object.entries(values).map(([name, value]) => expect.objectContaining({ name, value, attributes }));
      const expected = { metrics: expect.arrayContaining(metrics) };
      expect(await record(observability, expected)).toMatchObject(expected);
    });

    it("of observable instruments come from those callbacks that are registered, each for its own instruments", async () => {
      await using observability = await subject.create();
      const { meter } = observability;
      const [inside, outside] = [meter.createObservableGauge("inside"), meter.createObservableGauge("outside")];
      meter.addBatchObservableCallback(
        (result) => {
          result.observe(inside, 1);
          result.observe(outside, 2);
        },
        [inside],
      );
      const removed: BatchObservableCallback = (result) => result.observe(outside, 3);
      meter.addBatchObservableCallback(removed, [outside]);
      meter.removeBatchObservableCallback(removed, [outside]);
      const gone = (result: { observe(value: number): void }) => result.observe(4);
      outside.addCallback(gone);
      outside.removeCallback(gone);
      const expected = { metrics: [{ name: "inside", value: 1 }] };
      expect(await record(observability, expected)).toMatchObject(expected);
    });

    it("of counters ignore what would make them go down", async () => {
      await using observability = await subject.create();
      const counter = observability.meter.createCounter("counter");
      counter.add(-1);
      counter.add(2);
      const expected = { metrics: [{ name: "counter", value: 2 }] };
      expect(await record(observability, expected)).toMatchObject(expected);
    });
  });

  describe("logs", () => {
    it("have what they were given, and the span of the context that they were given", async () => {
      await using observability = await subject.create();
      const { tracer, logger } = observability;
      const span = tracer.startSpan("around");
      const attributes = { "dad.node.path": "agent.flow1" };
      logger.emit({ eventName: "dad.node.started", severityNumber: SeverityNumber.INFO, attributes, context: trace.setSpan(ROOT_CONTEXT, span) });
      logger.emit({ body: { free: ["form"] } });
      logger.emit({ body: "failed", exception: new RangeError("too far") });
      const { traceId, spanId } = span.spanContext();
      const expected = {
        logs: [
          { eventName: "dad.node.started", severityNumber: SeverityNumber.INFO, attributes, traceId, spanId },
          { body: { free: ["form"] } },
          { body: "failed", attributes: { "exception.type": "RangeError", "exception.message": "too far" } },
        ],
      };
      expect(await record(observability, expected)).toMatchObject(expected);
    });
  });
}
