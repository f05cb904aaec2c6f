/** What an isolation can guard. Each name is a group of the contract suite: claiming one means that its tests pass. */
export const GUARDS = [
  "scope.env",
  "scope.cwd",
  "env.inherit",
  "env.procfs",
  "fs.read",
  "fs.write",
  "fs.meta",
  "fs.special",
  "fs.workspace",
  "net.ip",
  "net.unix",
  "net.exotic",
  "net.allowlist",
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
  "priv.kernel",
  "limit.wall",
  "limit.output",
  "limit.memory",
  "limit.pids",
  "limit.cpu",
  "limit.fileSize",
  "limit.openFiles",
  "limit.disk",
] as const;

export type Guard = (typeof GUARDS)[number];

/** What each guard means to whoever relies on it: a command in the space cannot do the rest of the sentence. */
export const MEANING: Readonly<Record<Guard, string>> = {
  "scope.env": "see or change the variables of another run, or those of the host",
  "scope.cwd": "move another run, or the host, to another directory",
  "env.inherit": "inherit a variable of the host that it was not given",
  "env.procfs": "read the environment or the command line of a process of the host in /proc",
  "fs.read": "read a file outside what it was given",
  "fs.write": "write, move or remove a file outside what it was given",
  "fs.meta": "change the mode or the times of a file outside what it was given",
  "fs.special": "make a device or a suid file, mount something, or open a raw disk",
  "fs.workspace": "change the workspace as the host has it",
  "net.ip": "reach an address, on this machine or another, or be reached, over IP",
  "net.unix": "reach a socket of the host, with a path or abstract",
  "net.exotic": "open a socket of another family (vsock, raw, io_uring)",
  "net.allowlist": "reach a host that is not on its list",
  "proc.group": "leave something behind in the process group of a command",
  "proc.visibility": "see a process of the host",
  "proc.signal": "signal or trace a process of the host, or read its memory",
  "proc.lifetime": "leave a process behind when the space is closed, such as a daemon",
  "proc.hostDeath": "live on when the process that opened the space is killed",
  "priv.namespaces": "make a namespace of its own, and gain rights in it",
  "priv.noNewPrivs": "hold or gain a capability",
  "priv.suid": "gain rights through a suid program",
  "priv.ipc": "reach shared memory, queues, keys or the host name of the machine",
  "priv.tty": "type into the terminal of the host",
  "priv.kernel": "reach the kernel of the host",
  "limit.wall": "run longer than its time",
  "limit.output": "fill the memory of the host with output",
  "limit.memory": "use more memory than its limit, all its processes together",
  "limit.pids": "start more processes than its limit",
  "limit.cpu": "use more processor time than its share",
  "limit.fileSize": "write a larger file than its limit",
  "limit.openFiles": "open more files than its limit in one process",
  "limit.disk": "fill more of the disk than its limit",
};

/** `enforced`: it cannot happen. `detected`: it is noticed and ended. `none`: not guarded. */
export type Strength = "enforced" | "detected" | "none";

export type Guards = Readonly<Record<Guard, Strength>>;

/** The guards of an adapter that names those it has; all others are `none`. */
export function guardsWith(claimed: Partial<Guards>): Guards {
  return Object.freeze({ ...(Object.fromEntries(GUARDS.map((guard) => [guard, "none"])) as Record<Guard, Strength>), ...claimed });
}

/** How strong a guard has to be at least. */
export type Requirement = Partial<Readonly<Record<Guard, Exclude<Strength, "none">>>>;

const RANK: Readonly<Record<Strength, number>> = { none: 0, detected: 1, enforced: 2 };

/** What is required and not guarded, or less strongly than that. */
export function unguarded(guards: Guards, required: Requirement): readonly Guard[] {
  return GUARDS.filter((guard) => RANK[guards[guard] ?? "none"] < RANK[required[guard] ?? "none"]);
}

/** What is required by all of these: of a guard that several name, the strongest. */
export function requiredByAll(...requirements: readonly Requirement[]): Requirement {
  const strongest = (guard: Guard): Strength =>
    requirements.map((required) => required[guard] ?? "none").reduce((one, other) => (RANK[one] < RANK[other] ? other : one), "none");
  const required = GUARDS.map((guard) => [guard, strongest(guard)] as const).filter(([, strength]) => strength !== "none");
  return Object.fromEntries(required) as Requirement;
}
