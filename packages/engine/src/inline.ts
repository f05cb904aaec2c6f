import { attemptsOf } from "./attempts.ts";
import type { Engine } from "./engine.ts";

/** Runs attempts in this process, as many at a time as are started. What it has done is gone with the process. */
export function inlineEngine(): Engine {
  return {
    capabilities: { durable: false, distributed: false },
    async drive(interpret, { execute, signal }) {
      const ending = new AbortController();
      const attempts = attemptsOf({ execute, signal: AbortSignal.any([signal, ending.signal]) });
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
