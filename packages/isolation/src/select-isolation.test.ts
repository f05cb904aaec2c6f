import { AsyncLocalStorage } from "node:async_hooks";
import { processIsolation } from "@dad/isolation/process";
import { describe, expect, it } from "vitest";
import type { IsolationAdapter } from "./isolation-adapter.ts";
import { selectIsolation } from "./select-isolation.ts";

function asking(probe: IsolationAdapter["probe"]): IsolationAdapter {
  return { ...processIsolation(), probe };
}

describe("what an adapter can do here", () => {
  it("is asked for once, and again after that has failed", async () => {
    let asked = 0;
    const isolation = selectIsolation([
      asking(async () => {
        asked += 1;
        if (asked === 1) throw new RangeError("busy");
        return processIsolation().probe();
      }),
    ]);
    await expect(isolation.probe()).rejects.toThrow("busy");
    await Promise.all([isolation.probe(), isolation.probe()]);
    expect(asked).toBe(2);
  });

  it("is asked for in the async context of who made the selection, not of the first run that needs it", async () => {
    const who = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const adapter = asking((options) => {
      seen.push(who.getStore());
      return processIsolation().probe(options);
    });
    const isolation = who.run("host", () => selectIsolation([adapter]));
    await who.run("run1", () => isolation.probe());
    expect(seen).toEqual(["host"]);
  });

  it("comes to whoever still waits when the run that asked first gives up", async () => {
    const answer = Promise.withResolvers<void>();
    const isolation = selectIsolation([
      asking(async ({ signal } = {}) => {
        await answer.promise;
        signal?.throwIfAborted();
        return processIsolation().probe();
      }),
    ]);
    const controller = new AbortController();
    const [first, second] = [isolation.probe({ signal: controller.signal }), isolation.probe({ signal: new AbortController().signal })];
    controller.abort("gave up");
    await expect(first).rejects.toBe("gave up");
    await expect(isolation.probe({ signal: controller.signal })).rejects.toBe("gave up");
    answer.resolve();
    expect(await second).toMatchObject({ available: true });
  });
});
