import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { memoryObservability } from "./memory.ts";
import { observabilityContract } from "./testing.ts";

const made = new WeakMap<object, ReturnType<typeof memoryObservability>>();

observabilityContract("memoryObservability", {
  create() {
    const observability = memoryObservability();
    made.set(observability, observability);
    return observability;
  },
  recorded(observability) {
    const own = made.get(observability);
    if (!own) throw new Error("not made here");
    return own;
  },
});

describe("memoryObservability", () => {
  it("can be read after disposal, and records nothing more", async () => {
    const observability = memoryObservability();
    observability.tracer.startSpan("before").end();
    const open = observability.tracer.startSpan("open");
    await observability[Symbol.asyncDispose]();
    open.end();
    observability.logger.emit({ body: "after" });
    observability.meter.createCounter("after").add(1);
    expect(observability.spans.map(({ name }) => name)).toEqual(["before"]);
    expect([...observability.logs, ...observability.metrics]).toEqual([]);
  });

  it("asks for values in the async context of who gives them, whoever flushes", async () => {
    const { meter, metrics, flush } = memoryObservability();
    const who = new AsyncLocalStorage<number>();
    const gauge = meter.createObservableGauge("alone");
    const counter = meter.createObservableCounter("together");
    who.run(1, () => gauge.addCallback((result) => result.observe(who.getStore() ?? 0)));
    who.run(2, () => meter.addBatchObservableCallback((result) => result.observe(counter, who.getStore() ?? 0), [counter]));
    await who.run(3, () => flush());
    expect(metrics.map(({ name, value }) => [name, value])).toEqual([
      ["alone", 1],
      ["together", 2],
    ]);
  });

  it("keeps each measurement, with unit and description", () => {
    const { meter, metrics } = memoryObservability();
    const duration = meter.createHistogram("duration", { unit: "s", description: "how long it took" });
    for (const value of [0.5, 1.5, -1, Number.NaN]) duration.record(value, { model: "m" });
    const recorded = { name: "duration", kind: "histogram", unit: "s", description: "how long it took", attributes: { model: "m" } };
    expect(metrics).toMatchObject([
      { ...recorded, value: 0.5 },
      { ...recorded, value: 1.5 },
    ]);
  });

  it("does not see what becomes of an array after it was given", () => {
    const { tracer, spans } = memoryObservability();
    const list = ["given"];
    const span = tracer.startSpan("span", { attributes: { list } });
    list.push("later");
    span.end();
    expect(spans[0]?.attributes).toEqual({ list: ["given"] });
  });

  it("leaves out attributes without a name or a value", () => {
    const { tracer, spans } = memoryObservability();
    tracer.startSpan("span", { attributes: { "": 1, none: undefined, nothing: null, zero: 0 } }).end();
    expect(spans[0]?.attributes).toEqual({ zero: 0 });
    expect(Object.keys(spans[0]?.attributes ?? {})).toEqual(["zero"]);
  });

  it("takes a time that is too small for a date for milliseconds since the process began", () => {
    const { tracer, spans } = memoryObservability();
    tracer.startSpan("span", { startTime: 5 }).end(7);
    expect(spans[0]).toMatchObject({ startTime: performance.timeOrigin + 5, endTime: performance.timeOrigin + 7 });
  });
});
