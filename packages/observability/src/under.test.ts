import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { type MemoryObservability, memoryObservability } from "./memory.ts";
import type { Observability } from "./observability.ts";
import { observabilityContract } from "./testing.ts";
import { traced } from "./traced.ts";
import { under } from "./under.ts";

const inner = new WeakMap<Observability, MemoryObservability>();

observabilityContract("under", {
  create() {
    const whole = memoryObservability();
    const placed = under(whole, ROOT_CONTEXT);
    inner.set(placed, whole);
    return placed;
  },
  recorded: (observability) => inner.get(observability) as MemoryObservability,
});

describe("under", () => {
  it("is the parent of spans that name none, and of no other", async () => {
    const whole = memoryObservability();
    const place = whole.tracer.startSpan("place");
    const placed = under(whole, trace.setSpan(ROOT_CONTEXT, place));
    placed.tracer.startSpan("child").end();
    placed.tracer.startActiveSpan("active", (span) => span.end());
    await traced(placed, { name: "traced" }, () => {});
    placed.tracer.startSpan("root", { root: true }).end();
    placed.tracer.startSpan("elsewhere", {}, ROOT_CONTEXT).end();
    const { spanId } = place.spanContext();
    expect(whole.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ["child", spanId],
      ["active", spanId],
      ["traced", spanId],
      ["root", undefined],
      ["elsewhere", undefined],
    ]);
  });

  it("does not release the whole", async () => {
    const whole = memoryObservability();
    await under(whole, ROOT_CONTEXT)[Symbol.asyncDispose]();
    whole.tracer.startSpan("after").end();
    expect(whole.spans).toHaveLength(1);
  });
});
