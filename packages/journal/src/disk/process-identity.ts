import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { RunOwner } from "@dad/protocol";

/** What tells this process from every other one, on any machine, after any restart. */
export async function thisProcess(): Promise<Pick<RunOwner, "pid" | "host" | "startTime" | "bootId">> {
  const [bootId, stat] = await Promise.all([kernelFile("/proc/sys/kernel/random/boot_id"), kernelFile("/proc/self/stat")]);
  // The name of the program comes second, in parentheses, and may hold anything.
  const startTime = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return {
    pid: process.pid,
    host: hostname(),
    ...(startTime === undefined ? {} : { startTime }),
    ...(bootId === undefined ? {} : { bootId: bootId.trim() }),
  };
}

/** `undefined` where the kernel has no such file, or shows it to others only. */
async function kernelFile(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
