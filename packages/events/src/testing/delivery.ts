import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { EventOf } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { collect, collectData, custom, never, nodeStarted, numbers, publishNumbers, unknownEvent } from "./facts.ts";
import { type EventBusSubject, ROOMY } from "./subject.ts";

export function deliveryContract({ create }: EventBusSubject): void {
  describe("delivery", () => {
    it("brings every event to every subscriber, as it was published", async () => {
      await using bus = await create(ROOMY);
      const [left, right] = [collect(bus), collect(bus)];
      for (const event of [nodeStarted("agent.flow1.node1"), unknownEvent, custom({ deep: [1, { x: null }] })]) bus.publish(event);
      await bus.flush();
      expect(left).toEqual([nodeStarted("agent.flow1.node1"), unknownEvent, custom({ deep: [1, { x: null }] })]);
      expect(right).toEqual(left);
    });

    it("returns from publish before any handler runs", async () => {
      await using bus = await create(ROOMY);
      const seen = collectData(bus);
      publishNumbers(bus, 3);
      expect(seen).toEqual([]);
      await bus.flush();
      expect(seen).toEqual([0, 1, 2]);
    });

    it("brings events to a slow subscriber in order and one at a time", async () => {
      await using bus = await create(ROOMY);
      const seen: unknown[] = [];
      let running = 0;
      bus.subscribe("custom.emitted", async ({ data }) => {
        running += 1;
        expect(running).toBe(1);
        for (let turn = 0; turn < (data as number) % 3; turn++) await setImmediate();
        seen.push(data);
        running -= 1;
      });
      publishNumbers(bus, 200);
      await bus.flush();
      expect(seen).toEqual(numbers(200));
    });

    it("calls a handler that matches in several ways exactly once per event, however often events come", async () => {
      await using bus = await create(ROOMY);
      const counts = { all: 0, byBeginning: 0, byType: 0 };
      bus.subscribe("*", () => void counts.all++);
      bus.subscribe("node.*", () => void counts.byBeginning++);
      bus.subscribe("node.started", () => void counts.byType++);
      for (const round of [1, 2, 3, 4, 5]) {
        bus.publish(nodeStarted("agent.node1"));
        await bus.flush();
        expect(counts).toEqual({ all: round, byBeginning: round, byType: round });
      }
      bus.publish({ ...unknownEvent, type: "*" });
      await bus.flush();
      expect(counts).toEqual({ all: 6, byBeginning: 5, byType: 5 });
    });

    it("keeps two subscriptions of one handler apart", async () => {
      await using bus = await create(ROOMY);
      let calls = 0;
      const handler = () => void calls++;
      const first = bus.subscribe("*", handler);
      bus.subscribe("*", handler);
      bus.publish(custom(1));
      await bus.flush();
      expect(calls).toBe(2);
      first[Symbol.dispose]();
      bus.publish(custom(2));
      await bus.flush();
      expect(calls).toBe(3);
    });

    it("serves 10,000 subscribers, each with every event once and in order", async () => {
      await using bus = await create(ROOMY);
      const all = numbers(10_000).map(() => collectData(bus));
      publishNumbers(bus, 5);
      await bus.flush();
      expect(all.filter((seen) => JSON.stringify(seen) !== "[0,1,2,3,4]")).toEqual([]);
    });

    it("keeps one order for all when a handler publishes", async () => {
      await using bus = await create(ROOMY);
      bus.subscribe("custom.emitted", ({ data }) => {
        if (typeof data === "number" && data < 10) bus.publish(custom(data + 10));
      });
      const [left, right] = [collectData(bus), collectData(bus)];
      publishNumbers(bus, 3);
      await bus.flush();
      await bus.flush();
      expect(left).toEqual([0, 1, 2, 10, 11, 12]);
      expect(right).toEqual(left);
    });

    it("does not starve the process when handlers publish to each other without end", async () => {
      await using bus = await create(ROOMY);
      let calls = 0;
      bus.subscribe("custom.emitted", () => {
        calls += 1;
        bus.publish(nodeStarted("agent"));
      });
      bus.subscribe("node.started", () => bus.publish(custom(null)));
      bus.publish(custom(null));
      await setTimeout(1);
      await setImmediate();
      expect(calls).toBeGreaterThan(0);
    });

    it("gives subscribers the event as it was when it was published, and nobody can change it for another", async () => {
      await using bus = await create(ROOMY);
      bus.subscribe("custom.emitted", (event) => void ((event.data as { value: number }).value = 2));
      const seen = collectData(bus);
      const event = custom({ value: 1 });
      bus.publish(event);
      (event.data as { value: number }).value = 3;
      await bus.flush();
      expect(seen).toEqual([{ value: 1 }]);
      expect(event.data).toEqual({ value: 3 });
    });

    it("runs a handler in the async context of who subscribed, not of who published", async () => {
      await using bus = await create(ROOMY);
      const who = new AsyncLocalStorage<string>();
      const seen: Record<string, (string | undefined)[]> = { first: [], second: [], nobody: [] };
      who.run("first", () => bus.subscribe("*", () => void seen.first?.push(who.getStore())));
      who.run("second", () => bus.subscribe("*", async () => void seen.second?.push(await setImmediate(who.getStore()))));
      bus.subscribe("*", () => void seen.nobody?.push(who.getStore()));
      who.run("publisher", () => publishNumbers(bus, 2));
      await bus.flush();
      expect(seen).toEqual({ first: ["first", "first"], second: ["second", "second"], nobody: [undefined, undefined] });
    });
  });

  describe("limits", () => {
    it("drops the oldest events of a subscriber that is too slow, and tells the others how many", async () => {
      await using bus = await create({ capacity: 3 });
      const seen: unknown[] = [];
      const gate = Promise.withResolvers<void>();
      const entered = Promise.withResolvers<void>();
      bus.subscribe("custom.emitted", async ({ data }) => {
        seen.push(data);
        entered.resolve();
        await gate.promise;
      });
      const losses = lossesOf(collect(bus, "handler.failed"));
      bus.publish(custom("first"));
      await entered.promise;
      publishNumbers(bus, 10);
      gate.resolve();
      await bus.flush();
      await bus.flush();
      expect(seen).toEqual(["first", 7, 8, 9]);
      expect(losses().at(-1)).toBe(7);
    });

    it("loses nothing of the others, and tells of a subscriber that hangs without flooding them", async () => {
      await using bus = await create({ capacity: 4 });
      bus.subscribe("*", never);
      bus.subscribe("*", never);
      const seen = collectData(bus);
      const losses = lossesOf(collect(bus, "handler.failed"));
      for (const number of numbers(100)) {
        bus.publish(custom(number));
        await setImmediate();
      }
      expect(seen).toEqual(numbers(100));
      expect(Math.max(...losses())).toBeGreaterThan(32);
      expect(losses().length).toBeLessThan(30);
    });

    it("counts what many slow subscribers lose to the reports about each other, and does not tell of each", async () => {
      await using bus = await create({ capacity: 1 });
      for (const _ of numbers(60)) bus.subscribe("*", never);
      const told: unknown[] = [];
      bus.subscribe("handler.failed", ({ dropped }) => void told.push(dropped), { capacity: 10_000 });
      for (const number of numbers(3)) {
        bus.publish(custom(number));
        await setImmediate();
      }
      // Of each what it lost to the last event.
      expect(told).toHaveLength(60);
    });
  });
}

function lossesOf(events: readonly unknown[]): () => readonly number[] {
  return () => (events as readonly EventOf<"handler.failed">[]).map((event) => event.dropped);
}
