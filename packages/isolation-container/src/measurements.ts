import type { IsolationUsage } from "@dad/isolation";
import type { Container } from "./container.ts";
import type { EngineApi } from "./engine-api.ts";
import { readTable, runScript } from "./script.ts";
import { MEASURE } from "./scripts.ts";

const NANOSECONDS = 1e6;

type Measured = Pick<IsolationUsage, "memoryBytes" | "cpuMs">;

/** What the containers of a space have used, those that are gone included. */
export interface Measurements {
  usage(container: Container | undefined): Promise<Measured>;
  /** Takes down what a container has used before it is ended. */
  add(container: Container): Promise<void>;
  /** Whether the kernel has ended something of it for want of memory since it was asked the last time. */
  hasRunOutOfMemory(container: Container): Promise<boolean>;
}

export function measurements(api: EngineApi): Measurements {
  const asked = new WeakMap<Container, number>();
  let past: Measured = {};

  async function measure(container: Container | undefined): Promise<Measured> {
    if (!container) return past;
    const [stats, table] = await Promise.all([api.stats(container.id), kernelTable(container)]);
    const cpu = stats.cpu_stats?.cpu_usage?.total_usage;
    return together(past, {
      ...(cpu === undefined ? {} : { cpuMs: cpu / NANOSECONDS }),
      ...(table.peak === undefined ? {} : { memoryBytes: table.peak }),
    });
  }
  return {
    // One that ends at this moment is not measured any more.
    usage: async (container) => measure(container).catch(() => past),
    async add(container) {
      past = await measure(container);
    },
    async hasRunOutOfMemory(container) {
      // Where the kernel does not show the count in the container, the engine still says whether it ever happened.
      const count = await kernelTable(container)
        .then(async ({ oom }) => oom ?? Number(await api.oomKilled(container.id)))
        .catch(() => 0);
      const before = asked.get(container) ?? 0;
      asked.set(container, count);
      return count > before;
    },
  };
}

async function kernelTable(container: Container): Promise<{ readonly peak: number | undefined; readonly oom: number | undefined }> {
  const table = readTable(await runScript(container, MEASURE));
  const number = (name: string): number | undefined => (/^\d+$/.test(table.get(name) ?? "") ? Number(table.get(name)) : undefined);
  return { peak: number("peak"), oom: number("oom") };
}

function together(one: Measured, other: Measured): Measured {
  const memoryBytes = Math.max(one.memoryBytes ?? 0, other.memoryBytes ?? 0);
  const cpuMs = (one.cpuMs ?? 0) + (other.cpuMs ?? 0);
  return { ...(memoryBytes > 0 ? { memoryBytes } : {}), ...(cpuMs > 0 ? { cpuMs } : {}) };
}
