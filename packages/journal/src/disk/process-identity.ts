import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { RunOwner } from "@dad/protocol";

type ProcessIdentity = Pick<RunOwner, "pid" | "host" | "startTime" | "bootId">;

/** What tells this process from every other one, on any machine, after any restart. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const [bootId, stat] = await Promise.all([currentBoot(), processStat(process.pid)]);
  return {
    pid: process.pid,
    host: hostname(),
    ...(stat === undefined ? {} : { startTime: stat.startTime }),
    ...(bootId === undefined ? {} : { bootId }),
  };
}

/** True when the process is still there, and is the one that it was. One of another machine is taken for gone. */
export async function isAlive(owner: ProcessIdentity): Promise<boolean> {
  if (owner.host !== hostname() || owner.bootId !== (await currentBoot()) || !exists(owner.pid)) return false;
  const stat = await processStat(owner.pid);
  // Where the kernel does not tell, there is only the process id to go by.
  if (stat === undefined) return true;
  return !stat.ended && (owner.startTime === undefined || owner.startTime === stat.startTime);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // There, but somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function processStat(pid: number): Promise<{ readonly startTime: string; readonly ended: boolean } | undefined> {
  const text = await kernelFile(`/proc/${pid}/stat`);
  // The name of the program comes second, in parentheses, and may hold anything.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields?.[0], fields?.[19]];
  // A zombie has ended; only its parent has not noticed yet.
  return startTime === undefined ? undefined : { startTime, ended: state === "Z" || state === "X" };
}

async function currentBoot(): Promise<string | undefined> {
  return (await kernelFile("/proc/sys/kernel/random/boot_id"))?.trim();
}

/** `undefined` where the kernel has no such file, or shows it to others only. */
async function kernelFile(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
