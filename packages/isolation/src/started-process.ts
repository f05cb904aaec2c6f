import { hostname } from "node:os";
import type { StartedProcess } from "./isolation-adapter.ts";
import { bootId, listedProcess, membersOf } from "./proc.ts";

/** What tells a process of this machine from every other one. */
export async function startedProcess(pid: number): Promise<StartedProcess> {
  const [boot, listed] = await Promise.all([bootId(), listedProcess(pid)]);
  return { pid, host: hostname(), ...(listed ? { startTime: listed.startTime } : {}), ...(boot === undefined ? {} : { bootId: boot }) };
}

/**
 * Whether something is left of the process group that a command led, on this machine. For whoever comes after a process
 * that was killed; `undefined` when the command ran on another machine. Where the kernel tells no more, a group of its number counts.
 */
export async function isGroupLeft({ pid, host, startTime, bootId: boot }: StartedProcess): Promise<boolean | undefined> {
  if (host !== hostname()) return undefined;
  if (process.platform !== "linux") return hasGroup(pid);
  if (boot !== undefined && boot !== (await bootId())) return false;
  const members = await membersOf(pid);
  const leader = members.find((member) => member.pid === pid);
  // No process gets the number of a group that has members: one that began earlier or later is of another group.
  if (leader && startTime !== undefined && leader.startTime !== startTime) return false;
  return members.some(({ dead }) => !dead);
}

function hasGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
