import { setTimeout as delay } from "node:timers/promises";
import type { Sandbox, SignalTarget } from "./sandbox.ts";

/** How long processes may take to vanish after SIGKILL. Only what is stuck in the kernel takes longer. */
const VANISH_MS = 1000;
const POLL_MS = 10;
const EVERYTHING = -1;

/** Asks the group of a process to end, gives it time to, and ends it. Ends the sandbox where that does not help. */
export async function endGroup(sandbox: Sandbox, pid: number, graceMs: number): Promise<void> {
  sandbox.signal("TERM", -pid);
  if (await vanishes(sandbox, -pid, graceMs)) return;
  await kill(sandbox, -pid);
}

/** Ends all that is in a sandbox besides its supervisor, also what left its group. */
export async function endEverything(sandbox: Sandbox): Promise<void> {
  await kill(sandbox, EVERYTHING);
}

async function kill(sandbox: Sandbox, target: SignalTarget): Promise<void> {
  sandbox.signal("KILL", target);
  if (!(await vanishes(sandbox, target, VANISH_MS))) await sandbox.kill();
}

/** A group has no event for its end, so that it has to be asked. */
async function vanishes(sandbox: Sandbox, target: SignalTarget, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (await sandbox.isAlive(target)) {
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
