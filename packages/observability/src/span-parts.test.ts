import { createTraceState, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import { DadError } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { memoryObservability } from "./memory.ts";
import { noopObservability } from "./noop.ts";
import { failSpan, placeOf, placeWithin, traceHeaders, traceVariables } from "./span-parts.ts";
import { under } from "./under.ts";

describe("failSpan", () => {
  it.each([
    [new DadError("NODE_FAILED", "you said SECRET"), {}, "NODE_FAILED", "NODE_FAILED"],
    [new TypeError("you said SECRET"), {}, "TypeError", "TypeError"],
    ["you said SECRET", {}, "_OTHER", "_OTHER"],
    [new TypeError("you said it"), { message: true }, "TypeError", "you said it"],
    [new TypeError("you said it"), { type: "tool_error" }, "tool_error", "tool_error"],
  ])("tells of %s with %j the type %s and the message %s", (error, failure, ...[type, message]) => {
    const { tracer, spans } = memoryObservability();
    const span = tracer.startSpan("span");
    expect(failSpan(span, error, failure)).toBe(type);
    span.end();
    expect(spans).toMatchObject([{ attributes: { "error.type": type }, status: { code: 2, message } }]);
  });
});

describe("the place of a span", () => {
  it("makes it the parent", () => {
    const observability = memoryObservability();
    const span = observability.tracer.startSpan("parent");
    under(observability, placeOf(span)).tracer.startSpan("child").end();
    expect(observability.spans[0]?.parentSpanId).toBe(span.spanContext().spanId);
  });
});

describe("a place within another one", () => {
  it("is that of the span that is named, of the same trace alone", () => {
    const { tracer } = memoryObservability();
    const around = tracer.startSpan("around");
    const place = placeOf(around);
    const inner = tracer.startSpan("inner", {}, place);
    const { traceparent } = traceHeaders(inner);
    expect(trace.getSpanContext(placeWithin(place, traceparent))).toEqual(inner.spanContext());
    const other = traceHeaders(tracer.startSpan("other", { root: true }))["traceparent"];
    for (const none of [other, "nonsense", undefined]) expect(placeWithin(place, none)).toBe(place);
  });
});

describe("what is told of a span elsewhere", () => {
  const context = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: TraceFlags.SAMPLED };
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  it("is its trace context, as headers and as variables", () => {
    expect(traceHeaders(trace.wrapSpanContext(context))).toEqual({ traceparent });
    const span = trace.wrapSpanContext({ ...context, traceState: createTraceState("vendor=value") });
    expect(traceHeaders(span)).toEqual({ traceparent, tracestate: "vendor=value" });
    expect(traceVariables(span)).toEqual({ TRACEPARENT: traceparent, TRACESTATE: "vendor=value" });
  });

  it("is nothing of a span that nobody keeps", () => {
    expect(traceHeaders(noopObservability().tracer.startSpan("span", {}, ROOT_CONTEXT))).toEqual({});
  });
});
