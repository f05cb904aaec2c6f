import { ModelError } from "../errors.ts";
import type { CallLimits } from "../profile-definition.ts";
import { type PolicyClock, systemPolicyClock } from "./policy-clock.ts";
import { tokenBucket } from "./token-bucket.ts";
import { type Permit, type Room, type Waiting, waitingLine } from "./waiting-line.ts";

export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long a pause the call waits for, in milliseconds. In a longer one it fails. Default: any. */
  readonly maxPauseMs?: number;
}

/** How much a provider is asked at a time, by all that share this object. First come, first served. */
export interface Limiter {
  /**
   * Waits until a call may be made. One that is to use more tokens than may ever be used at once waits until nothing is used.
   *
   * @throws ModelError (`MODEL_RATE_LIMITED`) in a pause that is longer than `maxPauseMs`.
   */
  turn(tokens: number, options?: TurnOptions): Promise<Permit>;
  /** Nobody gets a turn for so many milliseconds: `why` is what the provider said. */
  pause(ms: number, why: Error): void;
}

/**
 * `requestsPerMinute` and `tokensPerMinute` refill continuously, as those of providers do: so many at once, and what was used comes back
 * evenly over a minute. A call that failed counts as a request.
 *
 * @throws TypeError for a limit that is no number above 0.
 */
export function limiter(limits: CallLimits, { clock = systemPolicyClock() }: { readonly clock?: PolicyClock } = {}): Limiter {
  const pause = pauseOf(clock);
  const line = waitingLine(roomOf(limits, { clock, pause }), clock);
  return {
    async turn(tokens, { signal, maxPauseMs = Number.POSITIVE_INFINITY } = {}) {
      signal?.throwIfAborted();
      const tooLong = pause.longerThan(maxPauseMs);
      if (tooLong) throw tooLong;
      const { promise, resolve, reject } = Promise.withResolvers<Permit>();
      const entry: Waiting = { tokens, maxPauseMs, resolve, reject };
      const abort = () => line.leave(entry, signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      line.join(entry);
      try {
        const permit = await promise;
        // It had its turn already, and did not know it yet.
        if (signal?.aborted) permit.cancel();
        signal?.throwIfAborted();
        return permit;
      } finally {
        signal?.removeEventListener("abort", abort);
      }
    },
    pause(ms, why) {
      pause.begin(ms, why);
      line.dismiss(({ maxPauseMs }) => pause.longerThan(maxPauseMs));
    },
  };
}

function roomOf(limits: CallLimits, { clock, pause }: { readonly clock: PolicyClock; readonly pause: Pause }): Room {
  const { concurrency = Number.POSITIVE_INFINITY, requestsPerMinute, tokensPerMinute } = checked(limits);
  const requests = tokenBucket(requestsPerMinute, clock);
  const tokens = tokenBucket(tokensPerMinute, clock);
  let running = 0;
  return {
    waitFor: (needed) => (running < concurrency ? Math.max(pause.leftMs(), requests.waitFor(1), tokens.waitFor(needed)) : undefined),
    enter(estimated, onFree) {
      running += 1;
      const noteRequests = requests.take(1);
      const noteTokens = tokens.take(estimated);
      let open = true;
      const finish = (made: number, used: number) => {
        if (!open) return;
        open = false;
        running -= 1;
        noteRequests(made);
        noteTokens(used);
        onFree();
      };
      return { end: (used) => finish(1, used), cancel: () => finish(0, 0) };
    },
  };
}

interface Pause {
  leftMs(): number;
  /** One that lasts longer already goes on. */
  begin(ms: number, why: Error): void;
  /** What somebody fails with who does not wait for longer than that. */
  longerThan(ms: number): ModelError | undefined;
}

function pauseOf(clock: PolicyClock): Pause {
  let until = clock.now();
  let why: Error | undefined;
  const leftMs = () => Math.max(0, until - clock.now());
  return {
    leftMs,
    begin(ms, error) {
      if (ms <= leftMs()) return;
      until = clock.now() + ms;
      why = error;
    },
    longerThan(ms) {
      const retryAfterMs = leftMs();
      if (!why || retryAfterMs <= ms) return undefined;
      return new ModelError("MODEL_RATE_LIMITED", why.message, { retryable: true, details: { retryAfterMs }, cause: why });
    },
  };
}

function checked(limits: CallLimits): CallLimits {
  for (const [name, limit] of Object.entries(limits))
    if (limit !== undefined && !(limit > 0)) throw new TypeError(`The limit ${name} is ${String(limit)}: give a number above 0.`);
  return limits;
}
