import { fifo, push, shift } from "./fifo.ts";

/** Few enough to keep timers and aborts prompt, many enough to cost nothing. */
const STEPS_PER_TURN = 500;

/**
 * Runs work soon, but never within the call that asks for it; and now and then only when timers and I/O have had their
 * turn: handlers that publish to each other without end must not starve the rest of the process.
 */
export interface FairTurns {
  /** The work has to take each of its steps, does not throw, and asks again where it was refused one. */
  soon(work: () => void): void;
  /** Whether one more step may be taken in this turn. */
  step(): boolean;
}

export function fairTurns(): FairTurns {
  const waiting = fifo<() => void>();
  let steps = 0;
  let scheduled = false;

  function schedule(): void {
    scheduled = true;
    if (steps < STEPS_PER_TURN) queueMicrotask(run);
    else setImmediate(nextTurn);
  }

  function nextTurn(): void {
    steps = 0;
    run();
  }

  function run(): void {
    for (let work = shift(waiting); work; work = steps < STEPS_PER_TURN ? shift(waiting) : undefined) work();
    scheduled = false;
    if (waiting.size > 0) schedule();
  }

  return {
    soon(work) {
      push(waiting, work);
      if (!scheduled) schedule();
    },
    step() {
      if (steps >= STEPS_PER_TURN) return false;
      steps += 1;
      return true;
    },
  };
}
