/** What of a group can be limited here. */
export const CONTROLLERS = ["memory", "pids", "cpu"] as const;

export type Controller = (typeof CONTROLLERS)[number];

export function isController(name: string): name is Controller {
  return (CONTROLLERS as readonly string[]).includes(name);
}

/** Each is the limit of the controller of that name. At least one process and a hundredth of a core. */
export interface CgroupLimits {
  /** All processes together, with the page cache that they fill. No swap besides. */
  readonly memoryBytes?: number;
  /** Processes and threads together. */
  readonly pids?: number;
  /** May be a fraction: 0.5 is half of the time of one core. */
  readonly cpuCores?: number;
}
