import { SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { logAt } from "../log.ts";
import type { Observability } from "../observability.ts";
import type { ObservabilitySubject } from "./subject.ts";

const oddities: readonly unknown[] = [
  "",
  "a".repeat(100_000),
  Number.NaN,
  null,
  undefined,
  [],
  [null],
  {},
  () => {},
  Symbol("s"),
  10n,
  new Map(),
  Object.defineProperty({}, "unreadable", { enumerable: true, get: fails }),
  new Proxy({}, { ownKeys: fails, getPrototypeOf: fails }),
  { toString: fails },
];

function fails(): never {
  throw new Error("this is not to be read");
}

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
    const any = odd as never;
    const span = tracer.startSpan(name, { attributes });
    span.setAttribute(name, odd).setAttributes(attributes).addEvent(name, attributes).updateName(name);
    span.setAttributes(any).addEvent(name, any, any).addLink(any).addLinks(any).setStatus(any).setStatus({ code: any, message: name });
    span.recordException(any);
    span.end(any);
    tracer.startSpan(name, { attributes: any, links: any, startTime: any, kind: any }, any).end(Number.NaN);
    meter.createCounter("odd", any).add(any, attributes);
    meter.createHistogram("odd").record(1, any);
    logger.emit({ body: odd, attributes, exception: odd });
    logger.emit({ body: odd, attributes: any, exception: odd, eventName: name, severityText: name, severityNumber: any, timestamp: any });
    logAt(logger).info(name, any);
  }
}
