import { describe, expect, it } from "vitest";
import { pausableWork } from "./pausable-work.ts";

function counted() {
  const going = new Set<symbol>();
  const begin = () => {
    const one = Symbol("work");
    going.add(one);
    return [{ [Symbol.dispose]: () => void going.delete(one) }];
  };
  return { going, work: pausableWork(begin) };
}

describe("work that is paused", () => {
  it("goes on when the last one who wanted that wants it no more, however often each says so", () => {
    const { going, work } = counted();
    const [one, other] = [work.pause(), work.pause()];
    expect(going.size).toBe(0);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    expect(going.size).toBe(0);
    other[Symbol.dispose]();
    expect(going.size).toBe(1);
  });

  it("does not begin again once it is over", () => {
    const { going, work } = counted();
    const pause = work.pause();
    work[Symbol.dispose]();
    pause[Symbol.dispose]();
    expect(going.size).toBe(0);
  });
});
