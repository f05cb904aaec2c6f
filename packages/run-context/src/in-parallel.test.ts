import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

describe("inParallel", () => {
  it("gives the results in the order of the items, however long each takes", async () => {
    const results = await inParallel(3, [5, 0, 3, 1, 4, 2], async (turns) => {
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      return turns * 10;
    });
    expect(results).toEqual([50, 0, 30, 10, 40, 20]);
  });

  it("does no more at a time than it may", async () => {
    let [now, most] = [0, 0];
    await inParallel(4, Array.from({ length: 20 }), async () => {
      most = Math.max(most, ++now);
      await setImmediate();
      now--;
    });
    expect(most).toBe(4);
  });

  it("fails with the first failure, and begins nothing after it", async () => {
    const begun: number[] = [];
    const working = inParallel(2, [0, 1, 2, 3, 4, 5], async (item) => {
      begun.push(item);
      await setImmediate();
      if (item === 2) throw new Error("two");
    });
    await expect(working).rejects.toThrow("two");
    await setImmediate();
    await setImmediate();
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it("has nothing to do for nothing", async () => {
    expect(await inParallel(4, [], async () => 1)).toEqual([]);
  });
});
