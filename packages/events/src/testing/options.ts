import { setImmediate } from "node:timers/promises";
import type { EventOf } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { EventBus, SubscribeOptions, Subscription } from "../event-bus.ts";
import { collect, custom, never, nodeStarted, numbers, publishNumbers } from "./facts.ts";
import { type EventBusSubject, ROOMY } from "./subject.ts";

/** Keeps what it is told, but for the first one stays with each until the gate is open. */
function slowly(bus: EventBus, options: SubscribeOptions) {
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  async function slow({ data }: EventOf<"custom.emitted">): Promise<void> {
    seen.push(data);
    entered.resolve();
    await gate.promise;
  }
  return { seen, gate, entered: entered.promise, subscription: bus.subscribe("custom.emitted", slow, options) };
}

export function optionsContract({ create }: EventBusSubject): void {
  describe("a subscription with a signal", () => {
    it("ends when that is aborted, and forgets what was still waiting for it", async () => {
      await using bus = await create(ROOMY);
      const controller = new AbortController();
      const seen: unknown[] = [];
      const subscription = bus.subscribe("custom.emitted", ({ data }) => void seen.push(data), { signal: controller.signal });
      bus.publish(custom("told"));
      await bus.flush();
      bus.publish(custom("too late"));
      controller.abort();
      bus.publish(custom("gone"));
      await bus.flush();
      expect(seen).toEqual(["told"]);
      expect(subscription.ended.aborted).toBe(true);
      subscription[Symbol.dispose]();
    });

    it("that is aborted already never begins", async () => {
      await using bus = await create(ROOMY);
      let calls = 0;
      const subscription = bus.subscribe("*", () => void calls++, { signal: AbortSignal.abort() });
      publishNumbers(bus, 2);
      await bus.flush();
      expect([calls, subscription.ended.aborted]).toEqual([0, true]);
    });
  });

  describe("a subscription for one event", () => {
    it("gets the first that its filter lets through, and no more", async () => {
      await using bus = await create(ROOMY);
      const seen: unknown[] = [];
      const subscription = bus.subscribe({ type: "node.*", path: "agent.*" }, (event) => void seen.push(event["path"]), { once: true });
      for (const path of ["agent", "agent.a", "agent.b"]) bus.publish(nodeStarted(path));
      expect(subscription.ended.aborted).toBe(false);
      await bus.flush();
      bus.publish(nodeStarted("agent.c"));
      await bus.flush();
      expect(seen).toEqual(["agent.a"]);
      expect(subscription.ended.aborted).toBe(true);
    });

    it("gets none when it is ended before", async () => {
      await using bus = await create(ROOMY);
      let calls = 0;
      const subscription = bus.subscribe("*", () => void calls++, { once: true });
      bus.publish(custom(1));
      subscription[Symbol.dispose]();
      await bus.flush();
      expect(calls).toBe(0);
    });

    it("is waited for by flush, and reported when it fails", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      async function fragile(): Promise<void> {
        await setImmediate();
        throw new Error("at the end");
      }
      bus.subscribe("custom.emitted", fragile, { once: true });
      publishNumbers(bus, 3);
      await bus.flush();
      await bus.flush();
      expect(told).toMatchObject([{ handler: "fragile", error: { message: "at the end" } }]);
    });
  });

  describe("a subscription with a time limit", () => {
    it("gets the next event when a call takes too long, which is reported", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      const seen: unknown[] = [];
      bus.subscribe(
        "custom.emitted",
        ({ data }) => {
          seen.push(data);
          return data === 1 ? never() : undefined;
        },
        { timeoutMs: 1, name: "watcher" },
      );
      publishNumbers(bus, 4);
      await bus.flush();
      await bus.flush();
      expect(seen).toEqual([0, 1, 2, 3]);
      expect(told).toMatchObject([{ event: "custom.emitted", handler: "watcher", dropped: 0, error: { code: "HANDLER_TIMEOUT" } }]);
    });

    it("leaves a call alone that is done in time", async () => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      bus.subscribe("custom.emitted", () => setImmediate(), { timeoutMs: 600_000 });
      publishNumbers(bus, 3);
      await bus.flush();
      await bus.flush();
      expect(told).toEqual([]);
    });
  });

  describe("a subscription with a capacity", () => {
    it.each([
      { overflow: "drop-oldest" as const, kept: [8, 9] },
      { overflow: "drop-newest" as const, kept: [0, 1] },
      { overflow: undefined, kept: [8, 9] },
    ])("keeps so many events when they come too fast ($overflow), counts the others and tells of them", async ({ overflow, kept }) => {
      await using bus = await create(ROOMY);
      const told = collect(bus, "handler.failed");
      const all = collect(bus, "custom.emitted");
      const { seen, gate, entered, subscription } = slowly(bus, { capacity: 2, ...(overflow && { overflow }) });
      bus.publish(custom("first"));
      await entered;
      expect(subscription.dropped).toBe(0);
      publishNumbers(bus, 10);
      gate.resolve();
      await bus.flush();
      await bus.flush();
      expect(seen).toEqual(["first", ...kept]);
      expect(all).toHaveLength(11);
      expect(subscription.dropped).toBe(8);
      expect(told.at(-1)).toMatchObject({ event: "custom.emitted", handler: "slow", dropped: 8 });
    });

    it.each<SubscribeOptions>([
      { capacity: 0 },
      { capacity: 1.5 },
      { overflow: "block" as never },
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
      { timeoutMs: 2 ** 31 },
      { name: "" },
    ])("or another option that is none (%j) is refused", async (options) => {
      await using bus = await create(ROOMY);
      expect(() => bus.subscribe("*", () => {}, options)).toThrow(TypeError);
    });
  });

  it("a failure is reported under the name of the subscription, or else of its function", async () => {
    await using bus = await create(ROOMY);
    const told = collect(bus, "handler.failed");
    function ownName(): Promise<void> {
      return Promise.reject(new Error("at fault"));
    }
    bus.subscribe("custom.emitted", ownName);
    bus.subscribe("custom.emitted", ownName, { name: "given" });
    bus.subscribe("custom.emitted", () => Promise.reject(new Error("at fault")));
    bus.publish(custom(1));
    await bus.flush();
    await bus.flush();
    expect((told as EventOf<"handler.failed">[]).map(({ handler }) => handler ?? "").sort()).toEqual(["given", "handler", "ownName"]);
  });

  it.each<readonly [string, (subscription: Subscription, bus: EventBus) => unknown]>([
    ["it is disposed", (subscription) => subscription[Symbol.dispose]()],
    ["the bus is disposed", (_subscription, bus) => bus[Symbol.asyncDispose]()],
  ])("a subscription says that it has ended when %s", async (_when, end) => {
    await using bus = await create(ROOMY);
    const subscription = bus.subscribe("*", () => {});
    publishNumbers(bus, 2);
    await bus.flush();
    expect(subscription.ended.aborted).toBe(false);
    await end(subscription, bus);
    expect(subscription.ended.aborted).toBe(true);
  });

  it("10,000 subscribers lose nothing when one of them ends half of them while events are delivered", async () => {
    await using bus = await create(ROOMY);
    const subscriptions: Subscription[] = [];
    let isDone = false;
    bus.subscribe("custom.emitted", () => {
      if (isDone) return;
      isDone = true;
      for (const [index, subscription] of subscriptions.entries()) if (index % 2 === 0) subscription[Symbol.dispose]();
    });
    const counts = new Uint8Array(10_000);
    for (const index of numbers(10_000)) subscriptions.push(bus.subscribe("custom.emitted", () => void counts[index]!++));
    publishNumbers(bus, 3);
    await bus.flush();
    const told = [...counts];
    expect(told.filter((count, index) => index % 2 === 1 && count !== 3)).toEqual([]);
    expect(told.filter((count, index) => index % 2 === 0 && count === 3)).toEqual([]);
  });
}
