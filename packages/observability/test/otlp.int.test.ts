import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Observability, type RecordedLog, type RecordedSpan, recordingObservability, type TelemetryOrigin } from "@dad/observability";
import { jsonlObservability, jsonlSink, readTelemetry } from "@dad/observability/jsonl";
import { createTraceState, type Link, ROOT_CONTEXT, SeverityNumber, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { strictlyParsed } from "./strict-otlp.ts";

const root = mkdtempSync(join(tmpdir(), "dad-otlp-"));
afterAll(() => rmSync(root, { recursive: true }));

const origin: TelemetryOrigin = {
  resource: { "service.name": "cod\u{1f600}er", list: ["a", "b"], number: 1, "half \ud800": "half \udfff" },
  scope: { name: "@dad/runner", version: "0.1.0" },
  schemaUrl: "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev",
};
const FILES = ["trace.jsonl", "logs.jsonl", "metrics.jsonl"] as const;

/** What the work tells, line by line, by the official protocol. */
async function told(work: (observability: Observability) => unknown): Promise<{ readonly directory: string; readonly messages: readonly object[] }> {
  const directory = mkdtempSync(join(root, "run-"));
  const observability = jsonlObservability({ directory, origin });
  await work(observability);
  await observability.flush();
  await observability[Symbol.asyncDispose]();
  const there = FILES.filter((file) => readdirSync(directory).includes(file));
  const linesOf = (file: string) => readFileSync(join(directory, file), "utf8").split("\n").slice(0, -1);
  return { directory, messages: there.flatMap((file) => linesOf(file).map((line) => strictlyParsed(file, line))) };
}

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "\ud800",
    "a\udc00b",
    '\u0000\u001f"\\',
    "\u2028",
    "\u202egnp.exe",
    "</script>",
    "x".repeat(20_000),
    "__proto__",
    "constructor",
  ),
);
const scalar = fc.oneof(
  hostile,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(Number.NaN, -0, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 1e300, 5e-324, null, undefined, Symbol("s"), () => {}),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    scalar,
    fc.uint8Array(),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(hostile, tie("value"), { maxKeys: 5 }),
    fc.constantFrom([], {}, [[]], new Date(Number.NaN), new Date(5), new Map([[1, 2]])),
  ),
}));
const attributes = fc.dictionary(hostile, value, { maxKeys: 8 });

describe("the lines that are written", () => {
  it("are what the official protocol says, of everything that can be told", async () => {
    const { messages } = await told(async ({ tracer, meter, logger }) => {
      const context = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1, isRemote: true, traceState: createTraceState("a=1,b=2") };
      const links: Link[] = [{ context, attributes: { why: "rerun_of" } }];
      const span = tracer.startSpan("open", { kind: SpanKind.SERVER, links }, trace.setSpanContext(ROOT_CONTEXT, context));
      const inside = trace.setSpan(ROOT_CONTEXT, span);
      await new Promise(setImmediate);
      span.addEvent("event", { a: 1 }).recordException(new Error("failed"));
      span.setStatus({ code: SpanStatusCode.ERROR, message: "failed" });
      logger.emit({
        eventName: "dad.node.started",
        severityNumber: SeverityNumber.INFO,
        severityText: "INFO",
        body: { a: ["b", null] },
        attributes: { x: 1 },
        context: inside,
      });
      for (let index = 0; index < 200; index++) span.setAttribute(`many ${index}`, index);
      span.end();
      for (const count of [1, 2.5]) {
        meter.createCounter("counter", { unit: "1", description: "counts" }).add(count, { a: "b" });
        meter.createUpDownCounter("upDown").add(-count);
        meter.createGauge("gauge").record(count);
        meter.createHistogram("histogram", { advice: { explicitBucketBoundaries: [1, 2] } }).record(count);
      }
      meter.createObservableGauge("observable").addCallback((result) => result.observe(3, { x: true }));
    });
    expect(messages).toHaveLength(4);
    expect(JSON.stringify(messages)).toContain('"droppedAttributesCount":72');
  });

  it("are what the official protocol says, and can be read, whatever values are told", async () => {
    await fc.assert(
      fc.asyncProperty(attributes, value, hostile, async (attributes, value, text) => {
        const { directory, messages } = await told(async ({ tracer, meter, logger }) => {
          const span = tracer.startSpan(text, { attributes });
          const open = tracer.startSpan("left open", { attributes });
          await new Promise(setImmediate);
          span.addEvent(text, attributes).setStatus({ code: SpanStatusCode.ERROR, message: text });
          logger.emit({ eventName: text, severityText: text, body: value, attributes, context: trace.setSpan(ROOT_CONTEXT, open) });
          meter.createHistogram(text, { unit: text, description: text }).record(1, attributes);
          span.end();
        });
        expect(messages).toHaveLength(5);
        const { damaged, spans, logs, unfinished } = await readTelemetry(directory);
        expect([damaged, spans.length, logs.length, unfinished.length]).toEqual([0, 1, 1, 1]);
        // What was given for the same thing is read as the same thing.
        expect(unfinished[0]?.attributes).toEqual(spans[0]?.attributes);
        expect(spans[0]?.events[0]?.attributes).toEqual(spans[0]?.attributes);
      }),
      { numRuns: 25 },
    );
  });

  it("are read as what was recorded", async () => {
    await fc.assert(
      fc.asyncProperty(attributes, value, hostile, async (attributes, value, text) => {
        const directory = mkdtempSync(join(root, "run-"));
        const spans: RecordedSpan[] = [];
        const logs: RecordedLog[] = [];
        const keeping = { span: (span: RecordedSpan) => void spans.push(span), log: (log: RecordedLog) => void logs.push(log) };
        const rest = { async flush() {}, async [Symbol.asyncDispose]() {} };
        await using observability = recordingObservability([{ ...keeping, ...rest }, jsonlSink({ directory, origin })]);
        const { tracer, logger } = observability;
        const parent = tracer.startSpan(text, { attributes });
        const inside = trace.setSpan(ROOT_CONTEXT, parent);
        tracer
          .startSpan("child", { kind: SpanKind.CLIENT, links: [{ context: parent.spanContext(), attributes }] }, inside)
          .addEvent(text, attributes)
          .end();
        parent.recordException(new Error(text));
        parent.setStatus({ code: SpanStatusCode.OK }).end();
        logger.emit({ eventName: `e${text}`, body: value, attributes, severityNumber: SeverityNumber.WARN, severityText: "WARN", context: inside });
        const kept = await readTelemetry(directory);
        expect(kept.spans).toEqual(spans);
        // A record without a time of its own has that at which it was told.
        expect(kept.logs).toEqual(logs.map((log) => ({ time: log.observedTime, ...log })));
      }),
      { numRuns: 25 },
    );
  });
});
