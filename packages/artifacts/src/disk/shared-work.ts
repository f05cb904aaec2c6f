/**
 * Lets many callers share one piece of work. Whoever calls while it is under way shares the next one, which begins when this
 * one is over: all that was done before a call is seen by the work that the call waits for. When one fails, so does the next.
 */
export function shared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function begin(): Promise<void> {
    next = undefined;
    const current = work().finally(() => {
      if (running === current) running = undefined;
    });
    return (running = current);
  }

  return () => {
    if (running === undefined) return begin();
    return (next ??= running.then(begin));
  };
}
