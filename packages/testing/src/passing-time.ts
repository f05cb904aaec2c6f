import { performance } from "node:perf_hooks";
import { setImmediate, setTimeout as delay } from "node:timers/promises";
import type { Clock } from "@dad/engine";
import type { FakeClock } from "@dad/engine/fake-clock";
import type { WallClock } from "@dad/runner";

/** Turns of the event loop after which nothing that was about to go on by itself is left: one would do, were all else as it seems. */
const TURNS = 3;
/** How long something works before the time that this took is told. In milliseconds. */
const LOOK_MS = 5;

/** A clock for the engine: of a fake one the time passes by itself. */
export function clockOf(clock: Clock, isWorking: () => boolean): Clock {
  return isFake(clock) ? passingTime(clock, isWorking) : clock;
}

/** The same as the time that people agree on: a fake one begins at a fixed moment. */
export function wallClockOf(clock: Clock, given: Clock): WallClock {
  const { after } = clock;
  return isFake(given) ? { after, now: () => EPOCH + given.now() } : { after, now: () => Date.now() };
}

/** Some moment, the same each time. */
const EPOCH = Date.UTC(2026, 0, 1);

function isFake(clock: Clock): clock is FakeClock {
  return "advance" in clock && "now" in clock;
}

/**
 * A clock whose time passes by itself. While nothing works, it goes to the next moment that somebody waits for at once; while
 * something does, it takes as long as that: so nothing is cut short that has enough time.
 */
function passingTime(clock: FakeClock, isWorking: () => boolean): Clock {
  const moments = new Set<{ readonly at: number }>();
  let passing = false;

  async function isQuiet(): Promise<boolean> {
    for (let turn = 0; turn < TURNS; turn++) {
      await setImmediate();
      if (isWorking()) return false;
    }
    return moments.size > 0;
  }

  async function pass(): Promise<void> {
    if (await isQuiet()) {
      const next = Math.min(...Array.from(moments, ({ at }) => at));
      await clock.advance(Math.max(0, next - clock.now()));
    } else {
      const before = performance.now();
      await delay(LOOK_MS);
      await clock.advance(performance.now() - before);
    }
  }

  async function passWhileAwaited(): Promise<void> {
    passing = true;
    while (moments.size > 0) await pass();
    passing = false;
  }

  return {
    after(ms, callback) {
      const moment = { at: clock.now() + ms };
      moments.add(moment);
      const stop = clock.after(ms, () => {
        moments.delete(moment);
        callback();
      });
      if (!passing) void passWhileAwaited();
      return () => {
        moments.delete(moment);
        stop();
      };
    },
  };
}
