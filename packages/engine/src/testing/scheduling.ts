import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { EngineContext, NodeHandle } from "../engine.ts";
import { call, completed, echo, manual, unaborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function schedulingContract({ create }: EngineSubject): void {
  describe("scheduling", () => {
    it("returns from start before the executor runs", async () => {
      const engine = await create();
      const log: string[] = [];
      await engine.drive(
        async ({ start, waitAny }) => {
          const handle = start(call("agent"));
          log.push("started");
          await waitAny([handle]);
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

    it("gives attempts in the order in which they settle", async () => {
      const engine = await create();
      const { execute, complete } = manual();
      const order = await engine.drive(
        async ({ start, waitAny }) => {
          const waiting = new Set(["a", "b", "c"].map((path) => start(call(path))));
          const order: string[] = [];
          for (const path of ["b", "c", "a"]) {
            const next = waitAny([...waiting]);
            complete(path);
            const { handle } = await next;
            waiting.delete(handle);
            order.push(handle.path);
          }
          return order;
        },
        { execute, signal: unaborted },
      );
      expect(order).toEqual(["b", "c", "a"]);
    });

    it("chooses the one started first among several that have settled, in whatever order they did and are given", async () => {
      const engine = await create();
      const { execute, complete } = manual();
      const order = await engine.drive(
        async ({ start, waitAny }) => {
          const handles = ["a", "b", "c", "d"].map((path) => start(call(path)));
          for (const path of ["d", "b", "c"]) complete(path);
          await settledAll([waitAny, handles[3], handles[1], handles[2]]);
          const order: string[] = [];
          let waiting = handles.toReversed();
          while (waiting.length > 1) {
            const { handle } = await waitAny(waiting);
            order.push(handle.path);
            waiting = waiting.filter((other) => other !== handle);
          }
          complete("a");
          return order;
        },
        { execute, signal: unaborted },
      );
      expect(order).toEqual(["b", "c", "d"]);
    });

    it("gives a settled attempt again to who waits again", async () => {
      const engine = await create();
      const [first, second] = await engine.drive(
        async ({ start, waitAny }) => {
          const handle = start(call("agent"));
          return [await waitAny([handle]), await waitAny([handle, handle])] as const;
        },
        { execute: echo, signal: unaborted },
      );
      expect(second).toEqual(first);
    });

    it("lets several waits go on at the same time", async () => {
      const engine = await create();
      const { execute, complete } = manual();
      const paths = await engine.drive(
        async ({ start, waitAny }) => {
          const [a, b] = [start(call("a")), start(call("b"))];
          const waits = [waitAny([a]), waitAny([b]), waitAny([a, b])];
          complete("b");
          await setImmediate();
          complete("a");
          return (await Promise.all(waits)).map(({ handle }) => handle.path);
        },
        { execute, signal: unaborted },
      );
      expect(paths).toEqual(["a", "b", "b"]);
    });

    it("runs 1,000 attempts at the same time, each once", async () => {
      const engine = await create();
      const executed: string[] = [];
      const all = Promise.withResolvers<void>();
      const settled = await engine.drive(
        async ({ start, waitAny }) => {
          let waiting = Array.from({ length: 1000 }, (_, index) => start(call(`agent.n${index}`)));
          const settled: string[] = [];
          while (waiting.length > 0) {
            const { handle } = await waitAny(waiting);
            settled.push(handle.path);
            waiting = waiting.filter((other) => other !== handle);
          }
          return settled;
        },
        {
          signal: unaborted,
          execute: async ({ path }) => {
            if (executed.push(path) === 1000) all.resolve();
            await all.promise;
            return completed(null);
          },
        },
      );
      expect(executed).toEqual(Array.from({ length: 1000 }, (_, index) => `agent.n${index}`));
      expect(new Set(settled).size).toBe(1000);
    });

    it("executes an attempt in the async context in which it was started", async () => {
      const engine = await create();
      const where = new AsyncLocalStorage<string>();
      const seen = await engine.drive(
        async ({ start, waitAny }) => {
          const handles = ["left", "right"].map((side) => where.run(side, () => start(call(side))));
          const seen: unknown[] = [];
          for (const handle of handles) seen.push((await waitAny([handle])).outcome);
          return seen;
        },
        { execute: async () => completed((await setImmediate(where.getStore())) ?? "nowhere"), signal: unaborted },
      );
      expect(seen).toEqual([completed("left"), completed("right")]);
    });
  });
}

/** Resolves when each of the handles has settled. */
async function settledAll([waitAny, ...handles]: readonly [EngineContext["waitAny"], ...(NodeHandle | undefined)[]]): Promise<void> {
  for (const handle of handles) if (handle) await waitAny([handle]);
}
