import { readFileSync } from "node:fs";

/** A process that is told from another one that gets its number later. */
export interface KnownProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** `undefined` when it is gone. */
export function knownProcess(pid: number): KnownProcess | undefined {
  const found = listed(pid);
  return found && { pid, startTime: found.startTime };
}

/** Whether it is alive: one that is dead and that nobody has reaped is not. */
export function isThere({ pid, startTime }: KnownProcess): boolean {
  const found = listed(pid);
  return found !== undefined && found.startTime === startTime && found.state !== "Z" && found.state !== "X";
}

function listed(pid: number): { readonly state: string; readonly startTime: string } | undefined {
  const stat = statOf(pid);
  if (stat === undefined) return undefined;
  // proc_pid_stat(5): what follows the name, which is in parentheses and may hold anything. The time is the twenty-second of all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTime: fields[19] ?? "" };
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
}
