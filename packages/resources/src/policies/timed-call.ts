import type { PolicyClock } from "./policy-clock.ts";

export interface TimedCallOptions {
  readonly clock: PolicyClock;
  readonly signal: AbortSignal | undefined;
  readonly limitMs: number;
  readonly timeUp: () => Error;
}

/**
 * What `call` gives, unless its time is up or it is aborted before. Then it rejects at once, whether the call heeds its signal or
 * not; what still comes of it is nobody's.
 */
export async function timedCall<Reply>(call: (signal: AbortSignal) => Promise<Reply>, options: TimedCallOptions): Promise<Reply> {
  const { clock, signal, limitMs, timeUp } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  // It may be aborted in a call that throws before anybody waits for it.
  stopped.catch(() => undefined);
  const stop = (reason: unknown) => {
    // First, so that the caller gets this reason, and not what the call makes of it.
    reject(reason);
    controller.abort(reason);
  };
  const abort = () => stop(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const cancel = clock.after(limitMs, () => stop(timeUp()));
  try {
    return await Promise.race([call(controller.signal), stopped]);
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    cancel();
    signal?.removeEventListener("abort", abort);
  }
}
