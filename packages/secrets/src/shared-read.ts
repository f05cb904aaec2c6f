/**
 * What takes time and is done once, however many wait for it at the same time. One who is aborted waits no longer; when nobody waits any
 * more, what is done is aborted. A failure is not kept.
 */
export function sharedRead<Value>(read: (signal: AbortSignal) => Promise<Value>): (signal?: AbortSignal) => Promise<Value> {
  let current: { readonly value: Promise<Value>; readonly abort: AbortController; waiting: number; read: boolean } | undefined;

  const start = (): NonNullable<typeof current> => {
    const abort = new AbortController();
    const started = { value: read(abort.signal), abort, waiting: 0, read: false };
    started.value.then(
      () => (started.read = true),
      () => {
        if (current === started) current = undefined;
      },
    );
    return started;
  };

  return async (signal) => {
    signal?.throwIfAborted();
    const mine = (current ??= start());
    mine.waiting += 1;
    try {
      return await (signal ? untilAborted(mine.value, signal) : mine.value);
    } finally {
      mine.waiting -= 1;
      if (mine.waiting === 0 && signal?.aborted && !mine.read) {
        if (current === mine) current = undefined;
        mine.abort.abort(signal.reason);
      }
    }
  };
}

async function untilAborted<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([value, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
