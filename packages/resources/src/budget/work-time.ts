import type { PolicyClock } from "../policies/policy-clock.ts";

/** The time in which somebody works: of several at once, it passes once. */
export interface WorkTime {
  readonly spentMs: () => number;
  /** Somebody works until this is disposed. */
  work(): Disposable;
}

export interface WorkTimeOptions {
  readonly clock: PolicyClock;
  /** What had passed before. */
  readonly spentMs: number;
  /** Times at which somebody wants to be called, ascending. */
  readonly marks: readonly number[];
  /** At a mark, or after it. */
  readonly onMark: () => void;
}

export function workTime({ clock, spentMs: before, marks, onMark }: WorkTimeOptions): WorkTime {
  let spent = before;
  let workers = 0;
  let since = 0;
  let stop = (): void => {};

  const spentMs = (): number => spent + (workers > 0 ? clock.now() - since : 0);

  function arm(): void {
    const next = marks.find((mark) => mark > spentMs());
    if (next === undefined) return;
    stop = clock.after(next - spentMs(), () => {
      // A timer may be early, or not reach so far at once.
      if (spentMs() >= next) onMark();
      if (workers > 0) arm();
    });
  }

  return {
    spentMs,
    work() {
      if (workers === 0) {
        since = clock.now();
        workers = 1;
        arm();
      } else workers += 1;
      let working = true;
      return {
        [Symbol.dispose]() {
          if (!working) return;
          working = false;
          if (workers > 1) {
            workers -= 1;
            return;
          }
          spent = spentMs();
          workers = 0;
          stop();
        },
      };
    },
  };
}
