import { setImmediate } from "node:timers/promises";

/** The calls of models that an attempt makes. They end with it, at the latest. */
export interface CallsOfAttempt extends AsyncDisposable {
  during<Reply>(call: (signal: AbortSignal) => Promise<Reply>): Promise<Reply>;
}

export interface CallsOfAttemptOptions {
  /** That of the attempt: whoever calls a model may forget to hand it on. */
  readonly signal: AbortSignal;
  /** Why no call goes on when the attempt is over. */
  readonly over: () => Error;
}

export function callsOfAttempt({ signal, over }: CallsOfAttemptOptions): CallsOfAttempt {
  /** Most attempts call no model. */
  let ended: AbortController | undefined;
  let [going, isOver] = [0, false];
  function end(): AbortSignal {
    ended ??= new AbortController();
    if (isOver && !ended.signal.aborted) ended.abort(over());
    return ended.signal;
  }
  return {
    async during(call) {
      going += 1;
      try {
        return await call(AbortSignal.any([signal, end()]));
      } finally {
        going -= 1;
      }
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      if (ended) end();
      // What they used is counted before it is on record what the attempt did. Nobody waits for one that heeds nothing.
      if (going > 0) await setImmediate();
    },
  };
}
