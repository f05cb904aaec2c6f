import { readdir, readFile } from "node:fs/promises";

/** A process as the kernel of Linux tells it. */
export interface ListedProcess {
  readonly pid: number;
  /** Dead, but still listed: nobody has reaped it. */
  readonly dead: boolean;
  readonly group: string;
  /** In clock ticks since boot. */
  readonly startTime: string;
}

/** `undefined` where there is no such process, and where the kernel does not tell. */
export async function listedProcess(pid: number | string): Promise<ListedProcess | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => undefined);
  if (stat === undefined) return undefined;
  // What follows the name, which is in parentheses and may hold anything: state, parent, group; the time comes as the twentieth.
  const [state, , group = "", ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid: Number(pid), dead: state === "Z" || state === "X", group, startTime: rest[16] ?? "" };
}

/** The processes of a group, dead ones too. Only Linux tells. */
export async function membersOf(group: number): Promise<readonly ListedProcess[]> {
  const names = await readdir("/proc").catch(() => []);
  const processes = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(listedProcess));
  return processes.filter((found) => found?.group === String(group)) as readonly ListedProcess[];
}

/** Tells this start of the machine from every other one. */
export async function bootId(): Promise<string | undefined> {
  const id = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => undefined);
  return id?.trim();
}
