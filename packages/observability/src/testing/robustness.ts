import { SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Observability } from "../observability.ts";
import type { ObservabilitySubject } from "./subject.ts";

const oddities = ["", "a".repeat(100_000), Number.NaN, null, undefined, [], [null], {}, () => {}, Symbol("s"), 10n, new Map()];

export function robustnessContract(subject: ObservabilitySubject): void {
  describe("nothing throws", () => {
    it("for odd names, values, times and exceptions", async () => {
      await using observability = await subject.create();
      expect(() => useOddly(observability)).not.toThrow();
      await observability.flush();
    });

    it("for changes to a span that has ended", async () => {
      await using observability = await subject.create();
      const span = endedSpan(observability.tracer);
      expect(() => {
        span.setAttribute("late", 1).setStatus({ code: SpanStatusCode.ERROR }).updateName("late").addEvent("late").addLinks([]);
        span.recordException(new Error("late"));
        span.end();
      }).not.toThrow();
      expect(span.isRecording()).toBe(false);
    });

    it("after disposal, which may be repeated", async () => {
      const observability = await subject.create();
      const open = observability.tracer.startSpan("open");
      await observability[Symbol.asyncDispose]();
      await observability[Symbol.asyncDispose]();
      expect(() => {
        useOddly(observability);
        open.end();
      }).not.toThrow();
      await expect(observability.flush()).resolves.toBeUndefined();
    });
  });

  describe("flush", () => {
    it("resolves although observable instruments fail", async () => {
      await using observability = await subject.create();
      const gauge = observability.meter.createObservableGauge("broken");
      gauge.addCallback(() => {
        throw new Error("cannot be measured");
      });
      gauge.addCallback(() => Promise.reject(new Error("cannot be measured either")));
      await expect(observability.flush()).resolves.toBeUndefined();
    });

    it.each(["before", "while it waits"])("resolves when the signal is aborted %s", async (when) => {
      const observability = await subject.create();
      const controller = new AbortController();
      observability.meter.createObservableGauge("hanging").addCallback(() => new Promise(() => {}));
      if (when === "before") controller.abort();
      else queueMicrotask(() => controller.abort());
      await expect(observability.flush({ signal: controller.signal })).resolves.toBeUndefined();
    });
  });
}

function endedSpan(tracer: Tracer) {
  const span = tracer.startSpan("ended");
  span.end();
  return span;
}

function useOddly({ tracer, meter, logger }: Observability): void {
  for (const odd of oddities) {
    const name = odd as string;
    const attributes = { "": odd, odd };
    const span = tracer.startSpan(name, { attributes });
    span.setAttribute(name, odd).setAttributes(attributes).addEvent(name, attributes).updateName(name);
    span.recordException((odd ?? undefined) as Error);
    span.end(Number.NaN);
    meter.createCounter("odd").add(odd as number, attributes);
    meter.createHistogram("odd").record(odd as number, attributes);
    logger.emit({ body: odd, attributes, exception: odd });
  }
}
