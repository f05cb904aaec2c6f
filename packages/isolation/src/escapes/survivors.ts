import { once } from "node:events";
import { readdir, readlink } from "node:fs/promises";
import type { Ground } from "./attempt.ts";
import type { Lifeline } from "./lifeline.ts";

/** What ends with its space is over long before. Only what escaped takes as long. */
const GRACE_MS = 3000;
/** For a process to begin on a busy machine. */
const PATIENCE_MS = 10_000;

/** Holds the lifeline, ignores requests to end, and says that it is there: else killing its parent would win a race and prove nothing. */
export const STUBBORN = 'trap "" TERM INT HUP; exec 3>"$1"; echo $$ >&3; [ -z "$2" ] || echo up > "$2"; exec sleep 1000';

/** Waits for the process that is to hold a lifeline. */
export async function appears(lifeline: Lifeline): Promise<void> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const never = once(late, "abort").then(() => Promise.reject(new Error("the process that was to be left behind did not begin")));
  await Promise.race([lifeline.appeared, never]);
}

/** Whether somebody holds a lifeline. On the host there is nothing to wait for. */
export async function survives({ isolated }: Ground, lifeline: Lifeline): Promise<boolean> {
  return lifeline.outlives(isolated ? GRACE_MS : 0);
}

/** Ends whoever of this machine holds a pipe, but not this process. */
export async function killHolders(path: string): Promise<void> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  for (const pid of pids) {
    const links = (await readdir(`/proc/${pid}/fd`).catch(() => [])).map(async (fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ""));
    if ((await Promise.all(links)).includes(path)) kill(Number(pid));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
