import { setImmediate } from "node:timers/promises";
import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { collectData, custom, never, numbers, publishNumbers } from "./facts.ts";
import { type EventBusSubject, ROOMY } from "./subject.ts";

export function lifetimeContract({ create }: EventBusSubject): void {
  describe("a subscription", () => {
    it("ends with its scope, and forgets what was still waiting for it", async () => {
      await using bus = await create(ROOMY);
      const seen: unknown[] = [];
      {
        using _subscription = bus.subscribe("custom.emitted", ({ data }) => void seen.push(data));
        bus.publish(custom("told"));
        await bus.flush();
        bus.publish(custom("too late"));
      }
      bus.publish(custom("gone"));
      await bus.flush();
      expect(seen).toEqual(["told"]);
    });

    it("may end itself or another from inside a handler, and more than once", async () => {
      await using bus = await create(ROOMY);
      const seen: Json[] = [];
      const self = bus.subscribe("custom.emitted", ({ data }) => {
        seen.push(["self", data]);
        self[Symbol.dispose]();
        self[Symbol.dispose]();
        other[Symbol.dispose]();
      });
      const other = bus.subscribe("custom.emitted", async ({ data }) => {
        await setImmediate();
        seen.push(["other", data]);
      });
      publishNumbers(bus, 3);
      await bus.flush();
      await setImmediate();
      const started = ["other", 0];
      expect(seen.filter((entry) => JSON.stringify(entry) !== JSON.stringify(started))).toEqual([["self", 0]]);
    });

    it("that begins inside a handler gets what is published from then on", async () => {
      await using bus = await create(ROOMY);
      let late: unknown[] | undefined;
      bus.subscribe("custom.emitted", () => void (late ??= collectData(bus)));
      publishNumbers(bus, 2);
      await bus.flush();
      bus.publish(custom("later"));
      await bus.flush();
      expect(late).toEqual(["later"]);
    });

    it("ends for 10,000 subscribers", async () => {
      await using bus = await create(ROOMY);
      let calls = 0;
      const subscriptions = numbers(10_000).map(() => bus.subscribe("*", () => void calls++));
      for (const subscription of subscriptions) subscription[Symbol.dispose]();
      publishNumbers(bus, 2);
      await bus.flush();
      expect(calls).toBe(0);
    });
  });

  describe("flush", () => {
    it("waits until every subscriber is done with all that was published before", async () => {
      await using bus = await create(ROOMY);
      let done = 0;
      for (const turns of [0, 1, 5]) {
        bus.subscribe("*", async () => {
          for (const _ of numbers(turns)) await setImmediate();
          done += 1;
        });
      }
      publishNumbers(bus, 20);
      await bus.flush();
      expect(done).toBe(60);
    });

    it("does not wait for what is published after", async () => {
      await using bus = await create(ROOMY);
      const gate = Promise.withResolvers<void>();
      bus.subscribe("custom.emitted", ({ data }) => (data === "later" ? gate.promise : undefined));
      bus.publish(custom("before"));
      const flushed = bus.flush();
      bus.publish(custom("later"));
      await expect(flushed).resolves.toBeUndefined();
      gate.resolve();
    });

    it("returns when there is nothing to wait for", async () => {
      await using bus = await create(ROOMY);
      await expect(bus.flush()).resolves.toBeUndefined();
      publishNumbers(bus, 3);
      await expect(bus.flush()).resolves.toBeUndefined();
    });

    it("stops waiting for a handler that hangs when the signal is aborted", async () => {
      await using bus = await create(ROOMY);
      const controller = new AbortController();
      bus.subscribe("*", never);
      bus.publish(custom(1));
      queueMicrotask(() => controller.abort(new Error("long enough")));
      await expect(bus.flush({ signal: controller.signal })).rejects.toThrow("long enough");
      await expect(bus.flush({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    });

    it.each(["the subscription ends", "the bus is disposed"])("stops waiting for a handler that hangs when %s", async (event) => {
      await using bus = await create(ROOMY);
      const subscription = bus.subscribe("*", never);
      publishNumbers(bus, 3);
      const flushed = bus.flush();
      if (event === "the bus is disposed") await bus[Symbol.asyncDispose]();
      else subscription[Symbol.dispose]();
      await expect(flushed).resolves.toBeUndefined();
    });
  });

  describe("disposal", () => {
    it("stops delivery, waits for no handler, and may be repeated", async () => {
      const bus = await create(ROOMY);
      const seen = collectData(bus);
      bus.subscribe("*", never);
      publishNumbers(bus, 3);
      await bus[Symbol.asyncDispose]();
      const heard = [...seen];
      await bus[Symbol.asyncDispose]();
      await setImmediate();
      expect(seen).toEqual(heard);
    });

    it("makes publishing have no effect, flushing have nothing to do, and registering a TypeError", async () => {
      const bus = await create(ROOMY);
      const seen = collectData(bus);
      const subscription = bus.subscribe("*", () => {});
      await bus[Symbol.asyncDispose]();
      publishNumbers(bus, 3);
      await bus.flush();
      expect(seen).toEqual([]);
      expect(() => bus.subscribe("*", () => {})).toThrow(TypeError);
      expect(() => bus.handleInput(() => undefined)).toThrow(TypeError);
      subscription[Symbol.dispose]();
    });

    it("of one bus leaves another alone", async () => {
      const one = await create(ROOMY);
      await using other = await create(ROOMY);
      const [seenByOne, seenByOther] = [collectData(one), collectData(other)];
      one.publish(custom("for one"));
      other.publish(custom("for the other"));
      await one.flush();
      await one[Symbol.asyncDispose]();
      other.publish(custom("still there"));
      await other.flush();
      expect(seenByOne).toEqual(["for one"]);
      expect(seenByOther).toEqual(["for the other", "still there"]);
    });
  });
}
