/** Where an engine has its time from. */
export interface Clock {
  /** Calls back once, after at least so many milliseconds, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** What one timer can wait for. It takes more than that for nothing at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time of this machine, however long. What waits keeps the process alive. */
export function systemClock(): Clock {
  return {
    after(ms, callback) {
      let timer: NodeJS.Timeout;
      const wait = (left: number) => {
        timer = left > MAX_TIMER_MS ? setTimeout(wait, MAX_TIMER_MS, left - MAX_TIMER_MS) : setTimeout(callback, Math.ceil(left));
      };
      wait(ms);
      return () => clearTimeout(timer);
    },
  };
}

/** @throws TypeError for what nobody can wait for. */
export function assertMilliseconds(name: string, ms: number | undefined): void {
  if (ms !== undefined && !(ms >= 0 && ms < Number.POSITIVE_INFINITY))
    throw new TypeError(`${name} is ${ms}: give milliseconds, a finite number from 0.`);
}
