import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { NodeOutcome } from "../engine.ts";
import { allOf, call, completed, manual, told, unaborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function schedulingContract({ create }: EngineSubject): void {
  describe("scheduling", () => {
    it("returns from start before the executor runs", async () => {
      const engine = await create();
      const log: string[] = [];
      await engine.drive(
        async ({ start, next }) => {
          start(call("agent"));
          log.push("started");
          await next();
        },
        {
          execute: async () => {
            log.push("executing");
            return completed(null);
          },
          signal: unaborted,
        },
      );
      expect(log).toEqual(["started", "executing"]);
    });

    it("tells attempts in the order in which they settle, as they do", async () => {
      const engine = await create();
      const { execute, end } = manual();
      const order = await engine.drive(
        async ({ start, next }) => {
          for (const path of ["a", "b", "c"]) start(call(path));
          const order: string[] = [];
          for (const path of ["b", "c", "a"]) {
            const waiting = next();
            end(path);
            order.push((await waiting).handle.path);
          }
          return order;
        },
        { execute, signal: unaborted },
      );
      expect(order).toEqual(["b", "c", "a"]);
    });

    it("tells attempts in the order in which they settled while nobody waited", async () => {
      const engine = await create();
      const { execute, end } = manual();
      const outcomes = await engine.drive(
        async (context) => {
          for (const path of ["a", "b", "c", "d"]) context.start(call(path));
          for (const path of ["d", "b", "a", "c"]) {
            end(path);
            await setImmediate();
          }
          return told(context, 4);
        },
        { execute, signal: unaborted },
      );
      expect(Object.keys(outcomes)).toEqual(["d", "b", "a", "c"]);
    });

    it("tells an attempt that was started while others wait to be told after them", async () => {
      const engine = await create();
      const order = await engine.drive(
        async ({ start, next }) => {
          for (const path of ["a", "b", "c"]) start(call(path));
          await setImmediate();
          const order: string[] = [];
          for (const path of ["d", "e", undefined, undefined, undefined]) {
            order.push((await next()).handle.path);
            if (path) start(call(path));
            await setImmediate();
          }
          return order;
        },
        { execute: async () => completed(null), signal: unaborted },
      );
      expect(order).toEqual(["a", "b", "c", "d", "e"]);
    });

    it("runs 1,000 attempts at the same time, each once, and tells each once", async () => {
      const engine = await create();
      const paths = Array.from({ length: 1000 }, (_, index) => `agent.n${index}`);
      const executed: string[] = [];
      const all = Promise.withResolvers<void>();
      const outcomes = await engine.drive(allOf(...paths.map((path) => call(path))), {
        signal: unaborted,
        execute: async ({ path }) => {
          if (executed.push(path) === 1000) all.resolve();
          await all.promise;
          return completed(path);
        },
      });
      expect(executed).toEqual(paths);
      expect(outcomes).toEqual(Object.fromEntries(paths.map((path) => [path, completed(path)])));
    });

    it("executes an attempt in the async context in which it was started, also after a delay", async () => {
      const engine = await create();
      const where = new AsyncLocalStorage<string>();
      const outcomes = await engine.drive(
        async (context) => {
          where.run("left", () => context.start(call("left")));
          where.run("right", () => context.start(call("right", { delayMs: 1 })));
          return told(context, 2);
        },
        { execute: async (): Promise<NodeOutcome> => completed((await setImmediate(where.getStore())) ?? "nowhere"), signal: unaborted },
      );
      expect(outcomes).toEqual({ left: completed("left"), right: completed("right") });
    });
  });
}
