import { AsyncLocalStorage } from "node:async_hooks";
import { attemptOf, type Attempt, type AttemptOptions } from "./attempt.ts";
import type { NodeCall, NodeHandle } from "./engine.ts";
import type { Place } from "./told-order.ts";

/** The attempts of a drive that have not settled. */
export interface Crowd {
  start(handle: NodeHandle, call: NodeCall, place: Place): void;
  /** Leaves alone what has settled, and what is in the record: that had settled before it could be cancelled, or was cancelled then. */
  cancel(handle: NodeHandle, reason: unknown): void;
  /** Aborts all, and resolves when they have settled. */
  end(reason: unknown): Promise<void>;
}

interface Going {
  readonly attempt: Attempt;
  readonly recorded: boolean;
}

/**
 * All are aborted by one listener at the signal: it outlives them, and would keep what each of them adds to it. It runs in the
 * context of the drive, and with it whoever listens for the abort of an attempt.
 */
export function crowdOf(signal: AbortSignal, options: AttemptOptions): Crowd {
  const going = new Map<NodeHandle, Going>();
  const onAbort = AsyncLocalStorage.bind(() => abortAll(signal.reason));
  let onSettled = () => {};

  function abortAll(reason: unknown): void {
    for (const { attempt } of going.values()) attempt.abort(reason);
  }

  signal.addEventListener("abort", onAbort, { once: true });
  return {
    start(handle, call, place) {
      const attempt = attemptOf(call, place.recorded ? {} : call, options);
      going.set(handle, { attempt, recorded: place.recorded });
      if (signal.aborted) attempt.abort(signal.reason);
      void attempt.outcome.then((outcome) => {
        going.delete(handle);
        place.settle(outcome);
        onSettled();
      });
    },
    cancel(handle, reason) {
      const found = going.get(handle);
      if (found?.recorded === false) found.attempt.abort(reason);
    },
    async end(reason) {
      signal.removeEventListener("abort", onAbort);
      abortAll(reason);
      await new Promise<void>((resolve) => {
        onSettled = () => {
          if (going.size === 0) resolve();
        };
        onSettled();
      });
    },
  };
}
