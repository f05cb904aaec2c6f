import { readFile } from "node:fs/promises";
import type { KnownProcess } from "./host-processes.ts";
import { namelessBytes, processesIn, processList } from "./nameless-files.ts";

/**
 * The memory that the processes of a sandbox have to themselves, in bytes: of their own pages and of shared memory, be it mapped or
 * only open (memfd_create(2)), not of programs and libraries, which many share. Those who ask know which devices are disks.
 */
export async function sandboxMemory(first: KnownProcess, disks: ReadonlySet<number>): Promise<number> {
  const list = processList(first);
  const texts = (await processesIn(list)).map(async (pid) => readFile(`${list}/${pid}/status`, "latin1").catch(() => ""));
  const [status, open] = [(await Promise.all(texts)).join(""), await namelessBytes(first, ({ dev }) => !disks.has(dev))];
  return sumOf(status, "RssAnon") + Math.max(sumOf(status, "RssShmem"), open);
}

/** proc_pid_status(5): in kibibytes. */
function sumOf(status: string, name: string): number {
  const sizes = status.matchAll(new RegExp(`^${name}:\\s*(\\d+) kB$`, "gm"));
  return [...sizes].reduce((sum, [, size]) => sum + Number(size) * 1024, 0);
}
