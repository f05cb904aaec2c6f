import { type Guard, GUARD_OF_LIMIT, type Guards, guardsWith, type IsolationLimits, type ResolvedPolicy, type Strength } from "@dad/isolation";

const ALWAYS: readonly Guard[] = [
  "scope.env",
  "scope.cwd",
  "env.inherit",
  "env.procfs",
  "fs.read",
  "fs.write",
  "fs.meta",
  "fs.special",
  "proc.group",
  "proc.visibility",
  "proc.signal",
  "proc.lifetime",
  "proc.hostDeath",
  "priv.namespaces",
  "priv.noNewPrivs",
  "priv.suid",
  "priv.ipc",
  "priv.tty",
  "limit.output",
  "limit.fileSize",
  "limit.openFiles",
];
const NETWORK: readonly Guard[] = ["net.ip", "net.unix", "net.exotic", "net.allowlist"];

/** What this machine adds to what bubblewrap always guards. */
export interface Means {
  readonly hasOverlay: boolean;
  /** Whether the kernel counts the processes of each user namespace for itself. */
  readonly countsProcesses: boolean;
  readonly controllers: readonly ("memory" | "pids" | "cpu")[];
}

/** The most that a space can guard here. Each is proved by the contract suite. */
export function mostGuards({ hasOverlay, countsProcesses, controllers }: Means): Guards {
  const enforced = (guards: readonly Guard[]): Partial<Guards> => Object.fromEntries(guards.map((guard) => [guard, "enforced"]));
  const pids: Strength = countsProcesses || controllers.includes("pids") ? "enforced" : "none";
  return guardsWith({
    ...enforced([...ALWAYS, ...NETWORK]),
    "limit.wall": "detected",
    "limit.disk": "detected",
    "limit.memory": controllers.includes("memory") ? "enforced" : "detected",
    "limit.pids": pids,
    "limit.cpu": controllers.includes("cpu") ? "enforced" : "none",
    "fs.workspace": hasOverlay ? "enforced" : "none",
  });
}

/** What of it a space has that asks for no more than this policy. */
export function guardsOf(most: Guards, { network, workspace, limits }: ResolvedPolicy): Guards {
  const unlimited = (Object.keys(GUARD_OF_LIMIT) as (keyof IsolationLimits)[]).filter((limit) => limits[limit] === undefined);
  // Time and output are limited without a number, too.
  const absent = unlimited.filter((limit) => limit !== "wallMs" && limit !== "outputBytes").map((limit) => GUARD_OF_LIMIT[limit]);
  const without: readonly Guard[] = [
    ...absent,
    ...(network.mode === "host" ? NETWORK : network.mode === "none" ? (["net.allowlist"] as const) : []),
    ...(workspace === "overlay" ? [] : (["fs.workspace"] as const)),
  ];
  return guardsWith({ ...most, ...Object.fromEntries(without.map((guard) => [guard, "none"])) });
}
