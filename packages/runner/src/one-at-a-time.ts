/** Does a piece of work while no other one is done, in the order in which they came. Whoever is aborted before its turn does not wait for it. */
export type Exclusively = <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;

export function oneAtATime(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return async <Result>(work: () => Promise<Result>, signal: AbortSignal) => {
    signal.throwIfAborted();
    const given = Promise.withResolvers<Result>();
    const leave = () => given.reject(signal.reason as Error);
    signal.addEventListener("abort", leave, { once: true });
    last = last.then(async () => {
      signal.removeEventListener("abort", leave);
      if (signal.aborted) return;
      try {
        given.resolve(await work());
      } catch (error) {
        given.reject(error);
      }
    });
    return given.promise;
  };
}
