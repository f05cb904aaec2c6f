import { setImmediate } from "node:timers/promises";

/** Few enough to keep timers and aborts prompt, many enough to cost nothing. */
const STEPS_PER_TURN = 500;

/**
 * Each call resolves soon after, but now and then only when timers and I/O have had their turn: handlers
 * that publish to each other without end must not starve the rest of the process.
 */
export function fairTurns(): () => Promise<void> {
  let steps = 0;
  let pause: Promise<void> | undefined;

  async function breathe(): Promise<void> {
    await setImmediate();
    steps = 0;
    pause = undefined;
  }

  return async () => {
    steps += 1;
    if (steps >= STEPS_PER_TURN) await (pause ??= breathe());
  };
}
