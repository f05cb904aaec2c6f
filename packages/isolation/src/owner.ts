import { readFileSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootId, listedProcess } from "./proc.ts";

/**
 * What names the process that something temporary belongs to, so that whoever comes later knows whether it is still there: its
 * number, and, where the kernel tells, when it was started, since numbers are used again.
 */
export function ownerName(): string {
  return `${process.pid}.${startOf("self")}`;
}

/** Whether the owner that a name begins with lives. What begins with none belongs to nobody here, and counts as alive. */
export async function isOwnerAlive(name: string): Promise<boolean> {
  const [, pid, startTime] = /^(\d+)\.(\d*)/.exec(name) ?? [];
  if (pid === undefined) return true;
  const found = await listedProcess(pid);
  if (found) return !found.dead && (startTime === "" || found.startTime === startTime);
  return (await bootId()) === undefined && isThere(Number(pid));
}

/**
 * The directories in the temporary directory whose names are a prefix and an owner that is gone. On a machine of many users, only
 * those of who asks: others may put there what they like.
 */
export async function directoriesLeft(prefix: string): Promise<readonly string[]> {
  const left: string[] = [];
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    if (!name.startsWith(prefix) || (await isOwnerAlive(name.slice(prefix.length)))) continue;
    const path = join(tmpdir(), name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())) left.push(path);
  }
  return left;
}

function startOf(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The twenty-second field; the second is a name in parentheses that may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
