import { attemptsOf } from "./attempts.ts";
import type { Engine } from "./engine.ts";

export interface InlineEngineOptions {
  /** How long an attempt may go on after it was aborted, before it is abandoned. In milliseconds; default 5,000. */
  readonly graceMs?: number;
}

const DEFAULT_GRACE_MS = 5_000;
/** What a timer can wait for. It takes more than that for nothing at all. */
const MAX_GRACE_MS = 2 ** 31 - 1;

/**
 * Runs attempts in this process, as many at a time as are started. What it has done is gone with the process.
 *
 * @throws TypeError for a grace that is not a whole number of milliseconds from 0.
 */
export function inlineEngine({ graceMs = DEFAULT_GRACE_MS }: InlineEngineOptions = {}): Engine {
  if (!Number.isInteger(graceMs) || graceMs < 0 || graceMs > MAX_GRACE_MS)
    throw new TypeError(`graceMs is ${graceMs}: give whole milliseconds, from 0 to ${MAX_GRACE_MS}.`);
  return {
    capabilities: { durable: false, distributed: false },
    async drive(interpret, { execute, signal }) {
      const ending = new AbortController();
      const attempts = attemptsOf({ execute, signal: AbortSignal.any([signal, ending.signal]), graceMs });
      try {
        return await interpret(attempts.context);
      } finally {
        attempts.close();
        ending.abort(new DOMException("The run went on without this attempt.", "AbortError"));
        await attempts.settled();
      }
    },
  };
}
