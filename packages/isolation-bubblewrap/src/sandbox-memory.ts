import { readdir, readFile } from "node:fs/promises";
import type { KnownProcess } from "./host-processes.ts";

/**
 * The memory that the processes of a sandbox have to themselves, in bytes: of their own pages and of shared memory that they have
 * mapped, not of programs and libraries, which many share. Read from its own list of processes, of which it cannot hide any.
 */
export async function sandboxMemory({ pid }: KnownProcess): Promise<number> {
  const list = `/proc/${pid}/root/proc`;
  const names = await readdir(list);
  const sizes = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => residentOf(`${list}/${name}/status`)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** proc_pid_status(5): in kibibytes. */
async function residentOf(status: string): Promise<number> {
  const text = await readFile(status, "latin1").catch(() => "");
  const sizes = [...text.matchAll(/^Rss(?:Anon|Shmem):\s*(\d+) kB$/gm)].map(([, size]) => Number(size) * 1024);
  return sizes.reduce((sum, size) => sum + size, 0);
}
