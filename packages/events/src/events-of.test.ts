import { setImmediate } from "node:timers/promises";
import type { EventOf, RunEvent, UnknownEvent } from "@dad/protocol";
import { describe, expect, expectTypeOf, it } from "vitest";
import { eventsOf } from "./events-of.ts";
import { memoryEventBus } from "./memory.ts";
import { collect, custom, nodeStarted, numbers, publishNumbers } from "./testing/facts.ts";

async function dataOf(events: AsyncIterable<EventOf<"custom.emitted">>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const { data } of events) seen.push(data);
  return seen;
}

describe("eventsOf", () => {
  it("gives a loop the events of a filter, with their type, from the call on", async () => {
    await using bus = memoryEventBus();
    publishNumbers(bus, 2);
    const events = eventsOf(bus, { type: "node.started", path: "agent.*" });
    for (const path of ["agent", "agent.a", "agent.b"]) bus.publish(nodeStarted(path));
    const seen: string[] = [];
    for await (const event of events) {
      expectTypeOf(event).toEqualTypeOf<EventOf<"node.started">>();
      seen.push(event.path);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(["agent.a", "agent.b"]);
  });

  it("ends with the bus, and gives what was delivered before", async () => {
    const bus = memoryEventBus();
    const events = eventsOf(bus, "custom.emitted");
    publishNumbers(bus, 3);
    await bus.flush();
    await bus[Symbol.asyncDispose]();
    expect(await dataOf(events)).toEqual([0, 1, 2]);
    expect(() => eventsOf(bus, "*")).toThrow(TypeError);
  });

  it.each(["the signal is aborted", "it is disposed", "the bus is disposed"])("ends a loop that waits when %s", async (when) => {
    await using bus = memoryEventBus();
    const controller = new AbortController();
    const events = eventsOf(bus, "custom.emitted", { signal: controller.signal });
    const looping = dataOf(events);
    publishNumbers(bus, 2);
    await bus.flush();
    await setImmediate();
    if (when === "the signal is aborted") controller.abort();
    else if (when === "it is disposed") events[Symbol.dispose]();
    else await bus[Symbol.asyncDispose]();
    expect(await looping).toEqual([0, 1]);
    publishNumbers(bus, 2);
    expect(await dataOf(events)).toEqual([]);
  });

  it("gives nothing when the signal is aborted already, or what waited when it is disposed", async () => {
    await using bus = memoryEventBus();
    const aborted = eventsOf(bus, "custom.emitted", { signal: AbortSignal.abort() });
    const disposed = eventsOf(bus, "custom.emitted");
    publishNumbers(bus, 2);
    await bus.flush();
    disposed[Symbol.dispose]();
    expect([await dataOf(aborted), await dataOf(disposed)]).toEqual([[], []]);
  });

  it("ends its subscription when the loop is left", async () => {
    await using bus = memoryEventBus();
    const told = collect(bus, "handler.failed");
    const events = eventsOf(bus, "custom.emitted", { capacity: 1 });
    bus.publish(custom(1));
    for await (const _event of events) break;
    publishNumbers(bus, 5);
    await bus.flush();
    await bus.flush();
    expect([told, events.lost]).toEqual([[], 0]);
  });

  it("keeps neither the publisher nor flush waiting for a loop, drops the oldest, and tells how many", async () => {
    await using bus = memoryEventBus();
    const told = collect(bus, "handler.failed") as EventOf<"handler.failed">[];
    const events = eventsOf(bus, "custom.emitted", { capacity: 3, name: "viewer" });
    for (const number of numbers(10)) {
      bus.publish(custom(number));
      await bus.flush();
    }
    await bus.flush();
    expect(events.lost).toBe(7);
    events[Symbol.asyncIterator]();
    await bus[Symbol.asyncDispose]();
    expect(await dataOf(events)).toEqual([7, 8, 9]);
    expect(told.map(({ handler, dropped }) => [handler, dropped])).toEqual([1, 2, 4].map((dropped) => ["viewer", dropped]));
  });

  it("counts also what comes too fast for the bus to deliver", async () => {
    await using bus = memoryEventBus();
    const events = eventsOf(bus, "*", { capacity: 3 });
    const seen: (RunEvent | UnknownEvent)[] = [];
    publishNumbers(bus, 10);
    await bus.flush();
    for await (const event of events) {
      seen.push(event);
      if (seen.length === 3) break;
    }
    expect(events.lost).toBe(7);
    expect(seen).toEqual([7, 8, 9].map((number) => custom(number)));
  });

  it("refuses a capacity that is none, and a malformed filter", async () => {
    await using bus = memoryEventBus();
    expect(() => eventsOf(bus, "*", { capacity: 0 })).toThrow(TypeError);
    expect(() => eventsOf(bus, "node*" as never)).toThrow(TypeError);
  });
});
