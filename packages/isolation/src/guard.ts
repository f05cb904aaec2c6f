/** What an isolation can guard. Each name is a group of the contract suite: claiming one means that its tests pass. */
export const GUARDS = [
  "scope.env",
  "scope.cwd",
  "env.inherit",
  "env.procfs",
  "fs.read",
  "fs.write",
  "net.ip",
  "net.unix",
  "proc.group",
  "proc.visibility",
  "proc.lifetime",
  "proc.hostDeath",
  "limit.wall",
  "limit.output",
  "limit.memory",
  "limit.pids",
] as const;

export type Guard = (typeof GUARDS)[number];

/** `enforced`: it cannot happen. `detected`: it is noticed and ended. `none`: not guarded. */
export type Strength = "enforced" | "detected" | "none";

export type Guards = Readonly<Record<Guard, Strength>>;

/** The guards of an adapter that names those it has; all others are `none`. */
export function guardsWith(claimed: Partial<Guards>): Guards {
  return Object.freeze({ ...(Object.fromEntries(GUARDS.map((guard) => [guard, "none"])) as Record<Guard, Strength>), ...claimed });
}
