import { describe, expect, it } from "vitest";
import type { EngineContext, NodeHandle } from "../engine.ts";
import { call, completed, echo, unaborted } from "./calls.ts";
import type { EngineSubject } from "./subject.ts";

export function misuseContract({ create }: EngineSubject): void {
  const drive = async <Result>(interpret: (context: EngineContext) => Promise<Result>) =>
    (await create()).drive(interpret, { execute: echo, signal: unaborted });

  describe("misuse is a TypeError", () => {
    it("when a path and attempt are started twice, also after the first has settled", async () => {
      await drive(async ({ start, waitAny }) => {
        const handle = start(call("agent"));
        expect(() => start(call("agent"))).toThrow(TypeError);
        await waitAny([handle]);
        expect(() => start(call("agent"))).toThrow(TypeError);
        await waitAny([start(call("agent", { attempt: 2 }))]);
      });
    });

    it.each([0, -1, 1.5, Number.NaN])("when the attempt is %d", async (attempt) => {
      await drive(async ({ start }) => expect(() => start(call("agent", { attempt }))).toThrow(TypeError));
    });

    it("when there is nothing to wait for", async () => {
      await drive(async ({ waitAny }) => expect(waitAny([])).rejects.toThrow(TypeError));
    });

    it("when a handle is made up, a copy or of another drive", async () => {
      const foreign = await drive(async ({ start }) => start(call("agent.foreign")));
      await drive(async ({ start, waitAny }) => {
        const own = start(call("agent.own"));
        const others: NodeHandle[] = [foreign, { ...own }, { path: own.path, attempt: 9 }];
        for (const other of others) await expect(waitAny([own, other])).rejects.toThrow(TypeError);
      });
    });

    it("when the context is used after the drive has ended", async () => {
      const { context, handle } = await drive(async (context) => {
        const handle = context.start(call("agent"));
        await context.waitAny([handle]);
        return { context, handle };
      });
      expect(() => context.start(call("agent.late"))).toThrow(TypeError);
      await expect(context.waitAny([handle])).rejects.toThrow(TypeError);
    });
  });

  describe("two drives of one engine", () => {
    it("share nothing", async () => {
      const engine = await create();
      const controller = new AbortController();
      const bothStarted = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
      const go = (name: string, signal: AbortSignal, [own, other]: readonly PromiseWithResolvers<void>[]) =>
        engine.drive(
          async ({ start, waitAny }) => {
            const handle = start(call("agent.same"));
            own?.resolve();
            await other?.promise;
            if (name === "left") controller.abort("only the left one");
            return (await waitAny([handle, start(call("agent.next"))])).outcome;
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
      expect(left).toEqual({ status: "cancelled", error: "only the left one" });
      expect(right).toEqual(completed("right"));
    });
  });
}
