import { describe, expect, it } from "vitest";
import type { EngineContext, NodeHandle } from "../engine.ts";
import { allOf, call, completed, echo, told, unaborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function misuseContract({ create }: EngineSubject): void {
  const drive = async <Result>(interpret: (context: EngineContext) => Promise<Result>) =>
    (await create()).drive(interpret, { execute: echo, signal: unaborted });

  describe("misuse is a TypeError", () => {
    it("when an attempt is not higher than those of its path before, also after they have settled", async () => {
      await drive(async ({ start, next }) => {
        start(call("agent", { attempt: 2 }));
        const refused = () => [1, 2].forEach((attempt) => expect(() => start(call("agent", { attempt }))).toThrow(TypeError));
        refused();
        await next();
        refused();
        start(call("agent", { attempt: 3 }));
        await next();
      });
    });

    it.each([0, -1, 1.5, Number.NaN])("when the attempt is %d", async (attempt) => {
      await drive(async ({ start }) => expect(() => start(call("agent", { attempt }))).toThrow(TypeError));
    });

    it.each(["delayMs", "timeoutMs", "restMs"])("when %s is no time, and then nothing is started", async (name) => {
      await drive(async ({ start, next }) => {
        for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY])
          expect(() => start(call("agent", { [name]: ms }))).toThrow(
            new TypeError(`${name} of agent is ${ms}: give milliseconds, a finite number from 0.`),
          );
        await expect(next()).rejects.toThrow(TypeError);
        start(call("agent"));
        await next();
      });
    });

    it("when there is nothing to wait for, at first and after all were told", async () => {
      await drive(async ({ start, next }) => {
        await expect(next()).rejects.toThrow(TypeError);
        start(call("agent"));
        await next();
        await expect(next()).rejects.toThrow(TypeError);
      });
    });

    it("when two wait at the same time, and the first of them goes on waiting", async () => {
      await drive(async ({ start, next }) => {
        start(call("a"));
        start(call("b"));
        const first = next();
        await expect(next()).rejects.toThrow(TypeError);
        expect((await first).handle.path).toBe("a");
        expect((await next()).handle.path).toBe("b");
      });
    });

    it("when what is to be cancelled is made up, a copy or of another drive", async () => {
      const foreign = await drive(async ({ start }) => start(call("agent.foreign")));
      await drive(async (context) => {
        const own = context.start(call("agent.own"));
        const others: NodeHandle[] = [foreign, { ...own }, { path: own.path, attempt: 9 }];
        for (const other of others) expect(() => context.cancel(other, "mistaken")).toThrow(TypeError);
        expect((await told(context, 1))["agent.own"]?.status).toBe("completed");
      });
    });

    it("when the context is used after the drive has ended", async () => {
      const { context, handle } = await drive(async (context) => {
        const handle = context.start(call("agent"));
        await context.next();
        return { context, handle };
      });
      expect(() => context.start(call("agent.late"))).toThrow(TypeError);
      expect(() => context.cancel(handle, "too late")).toThrow(TypeError);
      await expect(context.next()).rejects.toThrow(TypeError);
    });
  });

  describe("two drives of one engine", () => {
    it("share nothing", async () => {
      const engine = await create();
      const controller = new AbortController();
      const bothStarted = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
      const go = (name: string, signal: AbortSignal, [own, other]: readonly PromiseWithResolvers<void>[]) =>
        engine.drive(
          async (context) => {
            context.start(call("agent.same"));
            own?.resolve();
            await other?.promise;
            if (name === "left") controller.abort("only the left one");
            return { ...(await told(context, 1)), ...(await allOf(call("agent.next"))(context)) };
          },
          {
            signal,
            execute: async (_call, options) => {
              await Promise.all(bothStarted.map(({ promise }) => promise));
              options.signal.throwIfAborted();
              return completed(name);
            },
          },
        );
      const [left, right] = await Promise.all([go("left", controller.signal, bothStarted), go("right", unaborted, bothStarted.toReversed())]);
      const cancelled = { status: "cancelled", error: "only the left one" };
      expect(left).toEqual({ "agent.same": cancelled, "agent.next": cancelled });
      expect(right).toEqual({ "agent.same": completed("right"), "agent.next": completed("right") });
    });
  });
}
