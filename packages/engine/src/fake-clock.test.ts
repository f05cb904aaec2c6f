import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { fakeClock } from "./fake-clock.ts";

describe("fakeClock", () => {
  it("calls back what is due, in the order of the times and then of the calls, each at its time", async () => {
    const clock = fakeClock();
    const log: string[] = [];
    for (const [name, ms] of [
      ["c", 30],
      ["a", 10],
      ["b", 10],
      ["never", 31],
    ] as const)
      clock.after(ms, () => log.push(`${clock.now()} ${name}`));
    await clock.advance(9);
    expect(log).toEqual([]);
    await clock.advance(21);
    expect(log).toEqual(["10 a", "10 b", "30 c"]);
    expect([clock.now(), clock.pending()]).toEqual([30, 1]);
  });

  it("calls back in the async context of who waits, as a timer does", async () => {
    const clock = fakeClock();
    const who = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    for (const name of ["first", "second"]) who.run(name, () => clock.after(10, () => seen.push(who.getStore())));
    await who.run("who lets time pass", () => clock.advance(10));
    expect(seen).toEqual(["first", "second"]);
  });

  it("calls back in the same advance what callbacks and the promises after them ask for", async () => {
    const clock = fakeClock();
    const log: number[] = [];
    const sleep = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
    const work = (async () => {
      for (let left = 3; left > 0; left -= 1) {
        await sleep(10);
        log.push(clock.now());
      }
    })();
    await clock.advance(25);
    expect(log).toEqual([10, 20]);
    await clock.advance(5);
    await work;
    expect(log).toEqual([10, 20, 30]);
  });

  it("does not call back what was stopped", async () => {
    const clock = fakeClock();
    const log: string[] = [];
    const stop = clock.after(10, () => log.push("stopped"));
    clock.after(5, stop);
    expect(clock.pending()).toBe(2);
    await clock.advance(10);
    expect([log, clock.pending()]).toEqual([[], 0]);
  });

  it("does not go back", async () => {
    await expect(fakeClock().advance(-1)).rejects.toThrow(new TypeError("The time to advance is -1: give milliseconds, a finite number from 0."));
  });
});
