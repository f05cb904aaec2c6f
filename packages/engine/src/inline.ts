import { attemptsOf } from "./attempts.ts";
import { assertMilliseconds, type Clock, systemClock } from "./clock.ts";
import type { Engine } from "./engine.ts";

export interface InlineEngineOptions {
  /** How long an attempt may go on after it was aborted, before it is abandoned. In milliseconds; default 5,000. */
  readonly graceMs?: number;
  /** Default: the time of this machine. */
  readonly clock?: Clock;
}

const DEFAULT_GRACE_MS = 5_000;

/**
 * Runs attempts in this process, as many at a time as are started. What it has done is gone with the process.
 *
 * @throws TypeError for a grace that is not a finite number of milliseconds from 0.
 */
export function inlineEngine({ graceMs = DEFAULT_GRACE_MS, clock = systemClock() }: InlineEngineOptions = {}): Engine {
  assertMilliseconds("graceMs", graceMs);
  return {
    capabilities: { durable: false, distributed: false },
    async drive(interpret, options) {
      const attempts = attemptsOf({ ...options, clock, graceMs });
      try {
        return await interpret(attempts.context);
      } finally {
        await attempts.end(new DOMException("The run went on without this attempt.", "AbortError"));
      }
    },
  };
}
