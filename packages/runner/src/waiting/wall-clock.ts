import { type Clock, systemClock } from "@dad/engine";

/** The time that people agree on. */
export interface WallClock extends Clock {
  /** In milliseconds since 1970-01-01T00:00:00Z. It may be set back or forward at any moment. */
  now(): number;
}

export function systemWallClock(): WallClock {
  return { now: () => Date.now(), after: (ms, callback) => systemClock().after(ms, callback) };
}

/** How late it is noticed at most that a clock was set forward. */
const LONGEST_MS = 60_000;

/** Calls back once, when the clock says this time or a later one. */
export function at(clock: WallClock, time: number, callback: () => void): Disposable {
  let stop = () => {};
  const look = (): void => {
    const left = time - clock.now();
    if (left <= 0) callback();
    else stop = clock.after(Math.min(left, LONGEST_MS), look);
  };
  look();
  return { [Symbol.dispose]: () => stop() };
}
