import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { memoryEventBus } from "./memory.ts";
import { custom, numbers, publishNumbers } from "./testing/facts.ts";
import { eventBusContract } from "./testing.ts";

eventBusContract("memoryEventBus", { create: memoryEventBus });

describe("memoryEventBus", () => {
  it("holds 10,000 events for a subscriber by default", async () => {
    await using bus = memoryEventBus();
    const seen: unknown[] = [];
    bus.subscribe("custom.emitted", ({ data }) => void seen.push(data));
    publishNumbers(bus, 10_001);
    await bus.flush();
    expect(seen).toEqual(numbers(10_001).slice(1));
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses the capacity %d", (capacity) => {
    expect(() => memoryEventBus({ capacity })).toThrow(TypeError);
  });

  it("leaves no rejection unhandled when handlers fail after they were unsubscribed", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    await using bus = memoryEventBus();
    const subscription = bus.subscribe("*", async () => {
      await setImmediate();
      throw new Error("nobody listens any more");
    });
    bus.publish(custom(1));
    await Promise.resolve();
    subscription[Symbol.dispose]();
    await setImmediate();
    await setImmediate();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});
