import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { membersOf } from "./proc.ts";

/** Windows has no process groups: there only the process itself is ended. */
export const hasProcessGroups = process.platform !== "win32";

/** How long a group may take to vanish after SIGKILL. Only what is stuck in the kernel takes longer. */
const VANISH_MS = 1000;
const POLL_MS = 20;

/** A process and all that it started and that did not leave its group. */
export interface ProcessGroup {
  alive(): boolean;
  /** SIGKILL, at once: for when there is no time to wait. */
  kill(): void;
  /** SIGTERM, time to leave, SIGKILL. Resolves when nothing of the group is alive. Calls share one ending. */
  end(): Promise<void>;
}

/** The group of a process that was started as the leader of one. */
export function processGroup(leader: ChildProcess, graceMs: number): ProcessGroup {
  let ending: Promise<void> | undefined;

  async function end(): Promise<void> {
    if (!send(leader, "SIGTERM")) return;
    if (await vanishes(leader, graceMs)) return;
    send(leader, "SIGKILL");
    await vanishes(leader, VANISH_MS);
  }
  return { alive: () => send(leader, 0), kill: () => void send(leader, "SIGKILL"), end: () => (ending ??= end()) };
}

/** A group has no event for its end, so that it has to be asked. */
async function vanishes(leader: ChildProcess, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (send(leader, 0)) {
    if (await isAllDead(leader.pid)) return true;
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** In a container whose first process reaps nobody, dead processes stay in their group for ever. Only Linux tells. */
async function isAllDead(group: number | undefined): Promise<boolean> {
  if (process.platform !== "linux" || group === undefined) return false;
  const members = await membersOf(group);
  return members.length > 0 && members.every(({ dead }) => dead);
}

function send(leader: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (leader.pid === undefined) return false;
  if (!hasProcessGroups) return leader.exitCode === null && leader.signalCode === null && leader.kill(signal);
  try {
    return process.kill(-leader.pid, signal);
  } catch (error) {
    // EPERM: a member changed its user. It is alive and out of reach; everything else means that nobody is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
