import { readFile } from "node:fs/promises";

/** A process that is told from another one that gets its number later. */
export interface KnownProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** `undefined` when it is gone. */
export async function knownProcess(pid: number): Promise<KnownProcess | undefined> {
  const found = await listed(pid);
  return found && { pid, startTime: found.startTime };
}

/** Whether it is alive: one that is dead and that nobody has reaped is not. */
export async function isThere({ pid, startTime }: KnownProcess): Promise<boolean> {
  const found = await listed(pid);
  return found !== undefined && found.startTime === startTime && found.state !== "Z" && found.state !== "X";
}

async function listed(pid: number): Promise<{ readonly state: string; readonly startTime: string } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => undefined);
  if (stat === undefined) return undefined;
  // proc_pid_stat(5): what follows the name, which is in parentheses and may hold anything. The time is the twenty-second of all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTime: fields[19] ?? "" };
}
