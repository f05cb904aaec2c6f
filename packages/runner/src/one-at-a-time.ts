/** Does a piece of work while no other one is done, in the order in which they came. */
export type Exclusively = <Result>(work: () => Promise<Result>, signal: AbortSignal) => Promise<Result>;

export function oneAtATime(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return async (work, signal) => {
    const turn = last.then(async () => {
      signal.throwIfAborted();
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}
