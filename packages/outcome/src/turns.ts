/**
 * Lets works that share something take turns: each waits for the one before, however that ended. For adapters, whose runs
 * commit and bring changes with one working tree.
 */
export function takeTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
