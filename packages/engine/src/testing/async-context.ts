import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { NodeExecutor } from "../engine.ts";
import { allOf, call, completed, told, unaborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function asyncContextContract({ create }: EngineSubject): void {
  describe("the async context", () => {
    it("of an executor is that of its drive, at once, after a delay and after a rest", async () => {
      const engine = await create();
      const who = new AsyncLocalStorage<string>();
      const execute: NodeExecutor = async () => completed(await setImmediate(who.getStore() ?? "nobody"));
      const seen = ["first", "second"].map((name) =>
        who.run(name, async () => {
          const outcomes = await engine.drive(allOf(call("a"), call("b", { delayMs: 1 }), call("c", { restMs: 1 })), { execute, signal: unaborted });
          return [...Object.values(outcomes), who.getStore()];
        }),
      );
      expect(await Promise.all(seen)).toEqual(["first", "second"].map((name) => [completed(name), completed(name), completed(name), name]));
    });

    it.each(["an abort", "a timeout", "a cancellation", "the end of the drive"])(
      "of a listener at a signal is that of its drive: %s",
      async (how) => {
        const engine = await create();
        const who = new AsyncLocalStorage<string>();
        const controller = new AbortController();
        const listening = Promise.withResolvers<void>();
        const heard: (string | undefined)[] = [];
        const execute: NodeExecutor = (_call, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => {
              heard.push(who.getStore());
              resolve(completed(null));
            });
            listening.resolve();
          });
        const driving = who.run("drive", () =>
          engine.drive(
            async (context) => {
              const handle = context.start(call("a", how === "a timeout" ? { timeoutMs: 1 } : {}));
              await listening.promise;
              if (how === "a cancellation") context.cancel(handle, "not needed");
              return how === "the end of the drive" ? undefined : told(context, 1);
            },
            { execute, signal: controller.signal },
          ),
        );
        await listening.promise;
        if (how === "an abort") who.run("somebody else", () => controller.abort());
        await driving;
        expect(heard).toEqual(["drive"]);
      },
    );
  });
}
