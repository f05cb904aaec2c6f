import { setTimeout as delay } from "node:timers/promises";
import { kernelLocks } from "@dad/disk";

/** Often enough that nobody notices, and rarely enough that those who wait keep nobody from working. */
const PAUSE_MS = 25;

/** Does something while nobody else does it, in whatever process, and waits for its turn. */
export async function whileHolding<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const locks = kernelLocks();
  let lock = await locks.acquire(path);
  while (!lock) {
    await delay(PAUSE_MS, undefined, signal ? { signal } : {});
    lock = await locks.acquire(path);
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
