import { describe, expect, it } from "vitest";
import { atMost } from "./at-most.ts";

const never = () => false;

/** Counts how many are worked on; each is done when it is let go. */
function worksite() {
  const begun: number[] = [];
  const letGo = new Map<number, () => void>();
  let going = 0;
  let most = 0;
  const work = async (item: number) => {
    begun.push(item);
    most = Math.max(most, ++going);
    await new Promise<void>((done) => letGo.set(item, done));
    going -= 1;
  };
  return { begun, most: () => most, finish: (item: number) => letGo.get(item)?.(), work };
}

describe("atMost", () => {
  it("begins the next item when one is done, and never more than the limit", async () => {
    const { begun, most, finish, work } = worksite();
    const all = atMost([1, 2, 3, 4], { limit: 2, isOver: never }, work);
    expect(begun).toEqual([1, 2]);
    for (const [item, then] of [
      [2, [1, 2, 3]],
      [1, [1, 2, 3, 4]],
    ] as const) {
      finish(item);
      await expect.poll(() => begun).toEqual(then);
    }
    finish(3);
    finish(4);
    await all;
    expect(most()).toBe(2);
  });

  it("begins nothing more once it is over, and waits for what goes on", async () => {
    const { begun, finish, work } = worksite();
    let over = false;
    let done = false;
    const all = atMost([1, 2, 3], { limit: 2, isOver: () => over }, work).then(() => (done = true));
    over = true;
    finish(1);
    await Promise.resolve();
    expect({ begun, done }).toEqual({ begun: [1, 2], done: false });
    finish(2);
    await all;
    expect(begun).toEqual([1, 2]);
  });

  it("throws a failure once nothing goes on any more, and begins nothing after it", async () => {
    const ended: number[] = [];
    const work = async (item: number) => {
      if (item === 1) throw new Error("no luck");
      await Promise.resolve();
      ended.push(item);
    };
    await expect(atMost([1, 2, 3], { limit: 2, isOver: never }, work)).rejects.toThrow("no luck");
    expect(ended).toEqual([2]);
  });

  it("does nothing for no items", async () => {
    await atMost([], { limit: 2, isOver: never }, () => expect.fail("there is none"));
  });
});
