import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./clock.ts";

const MAX_TIMER_MS = 2 ** 31 - 1;

describe("systemClock", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it.each([1, 1_000, MAX_TIMER_MS, MAX_TIMER_MS + 1, 3 * MAX_TIMER_MS + 7])("calls back once, after %d ms", (ms) => {
    const callback = vi.fn<() => void>();
    systemClock().after(ms, callback);
    vi.advanceTimersByTime(ms - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(10 * MAX_TIMER_MS);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("does not call back before part of a millisecond is over", () => {
    const callback = vi.fn<() => void>();
    systemClock().after(1.5, callback);
    vi.advanceTimersByTime(1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledOnce();
  });

  it.each([0, MAX_TIMER_MS + 5])("leaves no timer behind when it is told to stop after %d ms of a long time", (ms) => {
    const callback = vi.fn<() => void>();
    const stop = systemClock().after(3 * MAX_TIMER_MS, callback);
    vi.advanceTimersByTime(ms);
    expect(vi.getTimerCount()).toBe(1);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(4 * MAX_TIMER_MS);
    expect(callback).not.toHaveBeenCalled();
  });
});
