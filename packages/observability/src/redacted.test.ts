import { ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import { redactor } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { type MemoryObservability, memoryObservability } from "./memory.ts";
import { noopObservability } from "./noop.ts";
import type { Observability } from "./observability.ts";
import type { RecordedSpan } from "./recorded.ts";
import { recordingObservability } from "./recording.ts";
import { redacted } from "./redacted.ts";
import { observabilityContract } from "./testing.ts";

const SECRET = "correct-horse-battery";
const inner = new WeakMap<Observability, MemoryObservability>();

function cleaned(): { readonly observability: Observability; readonly whole: MemoryObservability } {
  const whole = memoryObservability();
  const observability = redacted(whole, redactor([{ name: "env:API_KEY", value: SECRET }]));
  inner.set(observability, whole);
  return { observability, whole };
}

observabilityContract("redacted", {
  create: () => cleaned().observability,
  recorded: (observability) => inner.get(observability) as MemoryObservability,
});

describe("redacted", () => {
  it("tells no secret of a span, whatever part of it has one", () => {
    const { observability, whole } = cleaned();
    const text = `a ${SECRET} b`;
    const link = {
      context: trace.wrapSpanContext({ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 }).spanContext(),
      attributes: { text },
    };
    const span = observability.tracer.startSpan(text, { attributes: { text, [text]: 1, list: [text] }, links: [link] });
    span.setAttribute("later", text).setAttributes({ [text]: text });
    span.addEvent(text, { text }).addEvent(text, new Date(5)).addLink(link).addLinks([link]).updateName(`${text}!`);
    span.recordException(new Error(text, { cause: text }));
    span.setStatus({ code: SpanStatusCode.ERROR, message: text });
    span.end();
    expect(whole.spans).toHaveLength(1);
    expect(JSON.stringify(whole.spans)).not.toContain(SECRET);
    const clean = "a [secret env:API_KEY] b";
    expect(whole.spans[0]).toMatchObject({
      name: `${clean}!`,
      status: { message: clean },
      attributes: { text: clean, list: [clean], later: clean, [clean]: clean },
    });
    expect(whole.spans[0]?.events.map(({ name }) => name)).toEqual([clean, clean, "exception"]);
    expect(whole.spans[0]?.events[2]?.attributes["exception.message"]).toBe(clean);
  });

  it("tells none with what is measured", async () => {
    const { observability, whole } = cleaned();
    const { meter } = observability;
    meter.createCounter("counter").add(1, { text: SECRET });
    meter.createHistogram("histogram").record(1, { text: SECRET });
    const gauge = meter.createObservableGauge("alone");
    gauge.addCallback((result) => result.observe(1, { text: SECRET }));
    const both = meter.createObservableCounter("together");
    meter.addBatchObservableCallback((result) => result.observe(both, 1, { text: SECRET }), [both]);
    await observability.flush();
    expect(whole.metrics.map(({ name, attributes }) => [name, attributes["text"]])).toEqual(
      ["counter", "histogram", "alone", "together"].map((name) => [name, "[secret env:API_KEY]"]),
    );
  });

  it("tells none in a log", () => {
    const { observability, whole } = cleaned();
    observability.logger.emit({
      eventName: SECRET,
      severityText: SECRET,
      body: { [SECRET]: [SECRET] },
      attributes: { text: SECRET },
      exception: new Error(SECRET),
    });
    expect(whole.logs).toHaveLength(1);
    expect(JSON.stringify(whole.logs)).not.toContain(SECRET);
  });

  it("tells none of names of instruments, of numbers, and of what only says a text when it is asked for one", () => {
    const whole = memoryObservability();
    const number = 1234567890123;
    const { tracer, meter, logger } = redacted(
      whole,
      redactor([
        { name: "env:API_KEY", value: SECRET },
        { name: "env:PIN", value: String(number) },
      ]),
    );
    const speaking = { toString: () => SECRET } as never;
    meter.createCounter(SECRET, { unit: SECRET, description: SECRET }).add(1, { number });
    const span = tracer.startSpan(speaking, { attributes: { number, big: BigInt(number) } }).updateName(new Error(SECRET) as never);
    span.setStatus({ code: SpanStatusCode.ERROR, message: new Error(SECRET) as never }).addEvent(speaking);
    span.recordException({ name: speaking, message: "m", code: speaking });
    span.end();
    logger.emit({ body: speaking, eventName: speaking, severityText: speaking, exception: { message: speaking }, attributes: { number } });
    const said = JSON.stringify([whole.spans, whole.logs, whole.metrics]);
    expect([whole.spans.length, whole.logs.length, whole.metrics.length]).toEqual([1, 1, 1]);
    expect([said.includes(SECRET), said.includes(String(number))]).toEqual([false, false]);
  });

  it("goes through nothing for ever that is many times inside itself, wherever it is given", () => {
    const { observability, whole } = cleaned();
    const { tracer, meter, logger } = observability;
    const twice = Array.from({ length: 40 }).reduce<unknown[]>((inner) => [inner, inner], [SECRET]) as never;
    const span = tracer.startSpan(twice, { attributes: { twice }, links: twice, kind: twice, startTime: twice }, twice);
    span.setAttribute(twice, twice).setAttributes(twice).addEvent(twice, { twice }, twice).addLink(twice).setStatus({ code: twice, message: twice });
    span.recordException({ name: twice, code: twice, message: twice }, twice);
    span.updateName(twice).end(twice);
    meter.createCounter(twice, twice).add(1, { twice });
    logger.emit({ body: twice, attributes: { twice }, eventName: twice, severityText: twice, severityNumber: twice, timestamp: twice });
    expect([whole.spans.length, whole.metrics.length, whole.logs.length]).toEqual([1, 1, 1]);
    expect(JSON.stringify([whole.spans, whole.metrics, whole.logs])).not.toContain(SECRET);
  });

  it("leaves to the whole which parent a span has that names none", () => {
    const [traceId, spanId] = ["a".repeat(32), "b".repeat(16)];
    const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
    const spans: RecordedSpan[] = [];
    const sink = { span: (span: RecordedSpan) => void spans.push(span), log() {}, async flush() {}, async [Symbol.asyncDispose]() {} };
    const { tracer } = redacted(recordingObservability([sink], { parent }), redactor());
    tracer.startSpan("one").end();
    tracer.startActiveSpan("two", (span) => span.end());
    expect(spans).toMatchObject(["one", "two"].map((name) => ({ name, traceId, parentSpanId: spanId })));
  });

  it("leaves a span that nobody records as it is", () => {
    const whole = noopObservability();
    const span = redacted(whole, redactor()).tracer.startSpan("span");
    expect(span.isRecording()).toBe(false);
  });
});
