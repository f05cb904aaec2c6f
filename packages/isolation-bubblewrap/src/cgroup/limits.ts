import { join } from "node:path";
import type { CgroupFiles } from "./cgroup-files.ts";
import { type CgroupLimits, type Controller, CONTROLLERS } from "./controller.ts";

const PERIOD_US = 100_000;
/** The kernel gives no less. */
const SHORTEST_QUOTA_US = 1000;

const LIMIT_OF = { memory: "memoryBytes", pids: "pids", cpu: "cpuCores" } as const satisfies Record<Controller, keyof CgroupLimits>;

/** The controllers that limits are for. A limit that is no limit is a `TypeError`. */
export function limitedBy(limits: CgroupLimits): readonly Controller[] {
  for (const name of ["memoryBytes", "pids"] as const) {
    const value = limits[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) throw new TypeError(`${name} is a whole number above 0, not ${value}`);
  }
  const { cpuCores } = limits;
  if (cpuCores !== undefined && !(Number.isFinite(cpuCores) && cpuCores * PERIOD_US >= SHORTEST_QUOTA_US)) {
    throw new TypeError(`cpuCores is at least ${SHORTEST_QUOTA_US / PERIOD_US}, not ${cpuCores}`);
  }
  return CONTROLLERS.filter((controller) => limits[LIMIT_OF[controller]] !== undefined);
}

/** A file of a group and what is written to it. `optional` where not every kernel has it. */
interface Setting {
  readonly file: string;
  readonly text: string;
  readonly optional?: true;
}

/** Sets the limits of these controllers in a directory of a group. */
export async function setLimits(group: { readonly directory: string; readonly settings: readonly Setting[] }, files: CgroupFiles): Promise<void> {
  for (const { file, text, optional } of group.settings) {
    const path = join(group.directory, file);
    if (!optional || (await files.read(path)) !== undefined) await files.write(path, text);
  }
}

/** In the order in which they have to be written. See cgroup-v2.rst, and cgroup-v1/memory.rst, pids.rst and sched-bwc.rst of the kernel. */
export function settingsFor(controller: Controller, version: 1 | 2, limits: CgroupLimits): readonly Setting[] {
  const quota = Math.round((limits.cpuCores ?? 0) * PERIOD_US);
  const bytes = String(limits.memoryBytes);
  if (controller === "pids") return [{ file: "pids.max", text: String(limits.pids) }];
  if (version === 2) {
    if (controller === "cpu") return [{ file: "cpu.max", text: `${quota} ${PERIOD_US}` }];
    return [
      { file: "memory.max", text: bytes },
      { file: "memory.swap.max", text: "0", optional: true },
      { file: "memory.oom.group", text: "1", optional: true },
    ];
  }
  if (controller === "cpu") {
    return [
      { file: "cpu.cfs_period_us", text: String(PERIOD_US) },
      { file: "cpu.cfs_quota_us", text: String(quota) },
    ];
  }
  return [
    { file: "memory.limit_in_bytes", text: bytes },
    // Memory and swap together, where swap is accounted for. It may not be below the former.
    { file: "memory.memsw.limit_in_bytes", text: bytes, optional: true },
  ];
}
