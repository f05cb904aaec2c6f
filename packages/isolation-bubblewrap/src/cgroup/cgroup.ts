import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CgroupFiles, GONE, ignoring } from "./cgroup-files.ts";
import { CgroupFailedError } from "./errors.ts";
import { lines } from "./hierarchy.ts";

/** How long the end of a group may take when it is disposed of. Only what is stuck in the kernel takes longer. */
const DISPOSE_MS = 10_000;
const POLL_MS = 2;

const ENTER = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 125; shift; n=$((n - 1)); done; exec "$@"';

/** What a group has used. Absent is what the kernel does not tell of it: of memory and processes, where there is no limit of them. */
export interface CgroupUsage {
  readonly memoryBytes?: number;
  /** The most it was at once. */
  readonly memoryPeakBytes?: number;
  readonly cpuMs?: number;
  readonly pids?: number;
}

/** What tells why something in a group died. Absent without a limit of that kind. */
export interface CgroupEvents {
  /** Processes of the group that the kernel killed for want of memory. */
  readonly oomKills?: number;
  /** Times that a process or thread was not made, since there were too many. */
  readonly pidsRefused?: number;
}

/**
 * A group of processes with limits. On version 2 all of it is killed when it is out of memory; on version 1 one process is,
 * and whoever wants them all ended looks at {@link events} and calls {@link kill}.
 */
export interface Cgroup extends AsyncDisposable {
  readonly name: string;
  /**
   * The files that the number of a process is written to, so that it and what it starts from then on are in the group.
   * All of them, each by somebody with the rights of this process, before the process does anything that counts.
   */
  readonly join: readonly string[];
  /**
   * A command line that enters the group and then becomes the given one, by `/bin/sh`; it ends with 125 when it cannot enter.
   * It enters with the rights that it is started with: what drops rights (`setpriv --reuid …`) belongs into the given command
   * line, in front of what is to run.
   */
  entering(argv: readonly [string, ...string[]]): [string, ...string[]];
  usage(): Promise<CgroupUsage>;
  events(): Promise<CgroupEvents>;
  /** SIGKILL to everything in it. Resolves when nothing of it is alive; it can be used again then. */
  kill(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Kills what is in it, and removes it. It has no usage and no events after that. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The group of these directories, one for each hierarchy. */
export function cgroupOf(name: string, directories: readonly string[], files: CgroupFiles): Cgroup {
  const procs = directories.map((directory) => join(directory, "cgroup.procs"));
  /** Of the first directory that has the file, as a number: of its text, or of the line that begins with a word. */
  const number = async (file: string, word?: string): Promise<number | undefined> => numberIn(directories, { file, word, files });

  const kill = async (options: { readonly signal?: AbortSignal } = {}): Promise<void> => {
    options.signal?.throwIfAborted();
    await using _closed = await admitNoMore(directories, files);
    while (await killOnce(directories, files)) await delay(POLL_MS, undefined, options);
  };
  return {
    name,
    join: procs,
    entering: (argv) => ["/bin/sh", "-c", ENTER, "dad", String(procs.length), ...procs, ...argv],
    usage: () => usageOf(number),
    async events() {
      return present({
        oomKills: (await number("memory.events", "oom_kill")) ?? (await number("memory.oom_control", "oom_kill")),
        pidsRefused: await number("pids.events", "max"),
      });
    },
    kill,
    async [Symbol.asyncDispose]() {
      const signal = AbortSignal.timeout(DISPOSE_MS);
      try {
        // Whoever is still on its way in may come after the others are dead; and a group stays busy for a moment after its last process.
        do await kill({ signal });
        while (!(await remove(directories, files)) && (await delay(POLL_MS, true, { signal })));
      } catch (cause) {
        throw new CgroupFailedError(name, "end and remove", cause);
      }
    },
  };
}

type ReadNumber = (file: string, word?: string) => Promise<number | undefined>;

async function usageOf(number: ReadNumber): Promise<CgroupUsage> {
  const [microseconds, nanoseconds] = [await number("cpu.stat", "usage_usec"), await number("cpuacct.usage")];
  return present({
    memoryBytes: (await number("memory.current")) ?? (await number("memory.usage_in_bytes")),
    memoryPeakBytes: (await number("memory.peak")) ?? (await number("memory.max_usage_in_bytes")),
    cpuMs: microseconds === undefined ? nanoseconds && nanoseconds / 1e6 : microseconds / 1000,
    pids: await number("pids.current"),
  });
}

async function numberIn(
  directories: readonly string[],
  { file, word, files }: { readonly file: string; readonly word: string | undefined; readonly files: CgroupFiles },
): Promise<number | undefined> {
  for (const directory of directories) {
    const found = lines(await files.read(join(directory, file))).find((line) => word === undefined || line.startsWith(`${word} `));
    if (found !== undefined) return Number(found.slice(word === undefined ? 0 : word.length + 1));
  }
  return undefined;
}

function present<T extends Readonly<Record<string, number | undefined>>>(values: T): { [K in keyof T]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: number };
}

/** Where processes can be killed only one by one, they must not be made faster than that: until it is disposed of, none can be made. */
async function admitNoMore(directories: readonly string[], files: CgroupFiles): Promise<AsyncDisposable> {
  const atOnce = await Promise.all(directories.map((directory) => files.isWritable(join(directory, "cgroup.kill"))));
  const paths = atOnce.includes(true) ? [] : directories.map((directory) => join(directory, "pids.max"));
  const limits = (await Promise.all(paths.map(async (path) => ({ path, text: await files.read(path) })))).filter(({ text }) => text !== undefined);
  for (const { path } of limits) await ignoring(GONE, files.write(path, "0"));
  return {
    async [Symbol.asyncDispose]() {
      for (const { path, text = "" } of limits) await ignoring(GONE, files.write(path, text.trim()));
    },
  };
}

/** True while somebody was left. One process may be in some of the directories only: it was killed while it entered. */
async function killOnce(directories: readonly string[], files: CgroupFiles): Promise<boolean> {
  let left = false;
  for (const directory of directories) {
    const pids = lines(await files.read(join(directory, "cgroup.procs"))).map(Number);
    if (pids.length === 0) continue;
    left = true;
    const all = join(directory, "cgroup.kill");
    if (await files.isWritable(all)) await ignoring(GONE, files.write(all, "1"));
    else killEach(pids);
  }
  return left;
}

function killEach(pids: readonly number[]): void {
  // 0 stands for a process that cannot be seen from here; to the kernel it would be our own group.
  for (const pid of pids.filter((pid) => pid > 0)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** False when somebody is in one of them. */
async function remove(directories: readonly string[], files: CgroupFiles): Promise<boolean> {
  for (const directory of directories) {
    try {
      await ignoring(GONE, files.removeDirectory(directory));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
      throw error;
    }
  }
  return true;
}
