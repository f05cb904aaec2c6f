import { DadError, type EventOf } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { collect, collectData, custom, never, numbers, publishNumbers, runId } from "./facts.ts";
import { type EventBusSubject, ROOMY } from "./subject.ts";

const failures: Readonly<Record<string, (error: unknown) => void | Promise<void>>> = {
  throws: (error) => {
    // oxlint-disable-next-line typescript/only-throw-error -- a handler may throw anything
    throw error;
  },
  rejects: async (error) => failures.throws?.(error),
  // oxlint-disable-next-line unicorn/no-thenable -- a hostile handler
  "returns a thenable that throws": (error) => ({ then: () => failures.throws?.(error) }) as never,
};

function refuse(): never {
  throw new Error("do not touch");
}

const oddities = {
  undefined,
  null: null,
  "a number": 7,
  "a hostile object": new Proxy({}, { has: refuse, get: refuse, getPrototypeOf: refuse }),
};

export function failureContract({ create }: EventBusSubject): void {
  describe.each(Object.keys(failures))("a handler that %s", (how) => {
    const fail = failures[how] as (error: unknown) => void | Promise<void>;

    it("neither fails the publisher nor keeps an event from the others or from itself", async () => {
      await using bus = await create(ROOMY);
      const before = collectData(bus);
      let attempts = 0;
      bus.subscribe("custom.emitted", () => {
        attempts += 1;
        return fail(new Error("handler at fault"));
      });
      const after = collectData(bus);
      publishNumbers(bus, 3);
      await bus.flush();
      expect([before, after, attempts]).toEqual([[0, 1, 2], [0, 1, 2], 3]);
    });

    it("is told of to the others, once per failure, and not to itself", async () => {
      await using bus = await create(ROOMY);
      const own: string[] = [];
      bus.subscribe("*", ({ type }) => {
        own.push(type);
        return fail(new DadError("DISK_FULL", "no space"));
      });
      const told = collect(bus, "handler.failed");
      publishNumbers(bus, 2);
      await bus.flush();
      await bus.flush();
      const report = { type: "handler.failed", runId, event: "custom.emitted", dropped: 0, error: { code: "DISK_FULL", message: "no space" } };
      expect(told).toMatchObject([report, report]);
      expect(own).toEqual(["custom.emitted", "custom.emitted"]);
    });

    it("is not told of again when it fails on handler.failed", async () => {
      await using bus = await create(ROOMY);
      const seen: string[] = [];
      for (const name of ["left", "right"]) {
        bus.subscribe("*", ({ type }) => {
          seen.push(`${name} ${type}`);
          return fail(new Error(name));
        });
      }
      bus.publish(custom(1));
      for (const _ of numbers(5)) await bus.flush();
      expect(seen.sort()).toEqual(["left custom.emitted", "left handler.failed", "right custom.emitted", "right handler.failed"]);
    });

    it.each(["undefined", "null", "a number", "a hostile object"] as const)("may fail with %s", async (thrown) => {
      await using bus = await create(ROOMY);
      bus.subscribe("custom.emitted", () => fail(oddities[thrown]));
      const told = collect(bus, "handler.failed");
      bus.publish(custom(1));
      await bus.flush();
      await bus.flush();
      expect(told).toHaveLength(1);
      expect((told[0] as EventOf<"handler.failed">).error?.code).toBe("UNEXPECTED");
    });
  });

  describe("a handler that never returns", () => {
    it("neither delays the publisher nor another subscriber", async () => {
      await using bus = await create(ROOMY);
      let calls = 0;
      const stuck = bus.subscribe("*", () => {
        calls += 1;
        return never();
      });
      const seen = collectData(bus);
      publishNumbers(bus, 50);
      stuck[Symbol.dispose]();
      publishNumbers(bus, 50);
      await bus.flush();
      expect(seen).toEqual([...numbers(50), ...numbers(50)]);
      expect(calls).toBeLessThanOrEqual(1);
    });

    it("gets no further event", async () => {
      await using bus = await create(ROOMY);
      const calls: unknown[] = [];
      bus.subscribe("custom.emitted", ({ data }) => {
        calls.push(data);
        return never();
      });
      const reached = Promise.withResolvers<void>();
      bus.subscribe("custom.emitted", ({ data }) => void (data === 49 && reached.resolve()));
      publishNumbers(bus, 50);
      await reached.promise;
      expect(calls).toEqual([0]);
    });
  });
}
