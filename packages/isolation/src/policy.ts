import { isAbsolute } from "node:path";
import { z } from "zod";
import { IsolationPolicyError } from "./errors.ts";
import { GUARDS, type Guard, requiredByAll, type Requirement } from "./guard.ts";

/**
 * How much is held back. `cooperative`: runs that mean well stay out of each other's way. `contained`: code that nobody has read,
 * such as a command that a model wrote, reaches nothing but what it was given; it shares the kernel. `hostile`: code that
 * attacks the kernel, too.
 */
export const PRESETS = ["cooperative", "contained", "hostile"] as const;
export type Preset = (typeof PRESETS)[number];

const absolutePath = z.string().refine((path) => isAbsolute(path) && !path.includes("\0"), "must be an absolute path");
const variableName = z.string().regex(/^[^=\0]+$/, 'must be the name of an environment variable, without "="');
const count = z.int().positive();

/** A host that may be reached, `api.example.com`, `*.example.com` or `api.example.com:8443`; without a port, 443 and 80. */
const EgressRule = z.union([
  z.string().min(1),
  z.strictObject({
    host: z.string().min(1),
    ports: z.array(z.int().min(1).max(65_535)).min(1).exactOptional(),
    /** The name may lead to an address of this machine or of a private network. */
    private: z.boolean().exactOptional(),
  }),
]);
export type EgressRule = z.infer<typeof EgressRule>;

/** A name that, in the space, leads over plain HTTP to a server outside, with headers that the space never sees: a provider and its key. */
const EgressGateway = z.strictObject({
  host: z.string().min(1),
  target: z.url(),
  headers: z.union([
    z.record(z.string(), z.string()),
    z.custom<() => Record<string, string> | Promise<Record<string, string>>>((value) => typeof value === "function"),
  ]),
});
export type EgressGateway = z.infer<typeof EgressGateway>;

/** `host`: the network of the machine. `none`: none. `allow`: the hosts of a list, through a proxy that keeps a record. */
const Network = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("host") }),
  z.strictObject({ mode: z.literal("none") }),
  z.strictObject({ mode: z.literal("allow"), hosts: z.array(EgressRule), gateways: z.array(EgressGateway).exactOptional() }),
]);
export type NetworkPolicy = z.infer<typeof Network>;

const Limits = z.strictObject({
  /** Milliseconds that a command has, unless it says less. */
  wallMs: count.exactOptional(),
  /** Bytes kept of each of the two streams of a command, unless it says less. */
  outputBytes: z.int().nonnegative().exactOptional(),
  /** Of all processes of the space together, in bytes. */
  memoryBytes: count.exactOptional(),
  /** Processes and threads at once. */
  pids: count.exactOptional(),
  /** Processors' worth of time: 0.5 is half of one. */
  cpuCores: z.number().positive().exactOptional(),
  /** The largest file, in bytes. */
  fileBytes: count.exactOptional(),
  /** Open files of each process. */
  openFiles: count.exactOptional(),
  /** What the workspace and the home may grow by together, in bytes. Mounts to write do not count. */
  diskBytes: count.exactOptional(),
});
export type IsolationLimits = z.infer<typeof Limits>;

const Mount = z.strictObject({
  /** On the host. */
  path: absolutePath,
  /** In the space. Default: the same. */
  at: absolutePath.exactOptional(),
  mode: z.enum(["ro", "rw"]),
});
export type IsolationMount = z.infer<typeof Mount>;

const strength = z.enum(["detected", "enforced"]);

/** What a space has to guard, and what is to be reached from it. Everything has a default; that of `preset` is `cooperative`. */
export const IsolationPolicy = z.strictObject({
  preset: z.enum(PRESETS).exactOptional(),
  /** Guards beyond those of the preset, in any strength or in one of their own. */
  require: z.union([z.array(z.enum(GUARDS)), z.partialRecord(z.enum(GUARDS), strength)]).exactOptional(),
  /** What to do where a guard is missing. Default `fail`; `degrade` goes on without it and says so. */
  onMissing: z.enum(["fail", "degrade"]).exactOptional(),
  /** Default: `host` for `cooperative`, else `none`. */
  network: Network.exactOptional(),
  /** Of `contained` and `hostile`, at most 512 processes unless it says otherwise; of `hostile`, 2 GiB of memory. */
  limits: Limits.exactOptional(),
  /** Further files and directories. */
  mounts: z.array(Mount).exactOptional(),
  /** `direct`: commands change the workspace. `overlay`: what they change stays apart, and is what `changes()` tells. Default `direct`. */
  workspace: z.enum(["direct", "overlay"]).exactOptional(),
  /** Variables of the host that pass, by name. */
  passEnv: z.array(variableName).exactOptional(),
});
export type IsolationPolicy = z.infer<typeof IsolationPolicy>;

/** A policy with everything decided. */
export interface ResolvedPolicy {
  readonly preset: Preset;
  /** All that has to be guarded: by the preset, by name, and by what else the policy says. */
  readonly required: Requirement;
  readonly onMissing: "fail" | "degrade";
  readonly network: NetworkPolicy;
  readonly limits: IsolationLimits;
  readonly mounts: readonly IsolationMount[];
  readonly workspace: "direct" | "overlay";
  readonly passEnv: readonly string[];
}

const COOPERATIVE: readonly Guard[] = ["scope.env", "scope.cwd", "env.inherit", "limit.wall", "limit.output"];
const NETWORK: readonly Guard[] = ["net.ip", "net.unix", "net.exotic"];
const CONTAINED: readonly Guard[] = [
  ...COOPERATIVE,
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
  "limit.pids",
];

interface PresetMeaning {
  readonly required: Requirement;
  readonly network: NetworkPolicy;
  readonly limits: IsolationLimits;
}

const MIB = 1024 * 1024;
const MEANINGS: Readonly<Record<Preset, PresetMeaning>> = {
  cooperative: { required: inAnyStrength(COOPERATIVE), network: { mode: "host" }, limits: {} },
  contained: { required: inAnyStrength(CONTAINED), network: { mode: "none" }, limits: { pids: 512 } },
  hostile: {
    required: { ...inAnyStrength(CONTAINED), "limit.memory": "enforced", "priv.kernel": "enforced" },
    network: { mode: "none" },
    limits: { pids: 512, memoryBytes: 2048 * MIB },
  },
};

/** Which guard each limit needs. */
export const GUARD_OF_LIMIT: Readonly<Record<keyof IsolationLimits, Guard>> = {
  wallMs: "limit.wall",
  outputBytes: "limit.output",
  memoryBytes: "limit.memory",
  pids: "limit.pids",
  cpuCores: "limit.cpu",
  fileBytes: "limit.fileSize",
  openFiles: "limit.openFiles",
  diskBytes: "limit.disk",
};

/** Decides everything that a policy leaves open. What it says implies what has to be guarded: a limit needs its guard, a list of hosts the one for lists. @throws IsolationPolicyError (`ISOLATION_POLICY_INVALID`) for what is none. */
export function resolvePolicy(given: IsolationPolicy = {}): ResolvedPolicy {
  const policy = soundPolicy(given);
  const preset = policy.preset ?? "cooperative";
  const meaning = MEANINGS[preset];
  const network = policy.network ?? meaning.network;
  const limits = { ...meaning.limits, ...policy.limits };
  const mounts = policy.mounts ?? [];
  const workspace = policy.workspace ?? "direct";
  const implied: Guard[] = [
    ...guardsOfNetwork(network),
    ...(Object.keys(limits) as (keyof IsolationLimits)[]).map((limit) => GUARD_OF_LIMIT[limit]),
    ...(mounts.length > 0 ? (["fs.read", "fs.write"] as const) : []),
    ...(workspace === "overlay" ? (["fs.workspace"] as const) : []),
  ];
  return {
    preset,
    required: requiredByAll(inAnyStrength(implied), meaning.required, requirementOf(policy.require)),
    onMissing: policy.onMissing ?? "fail",
    network,
    limits,
    mounts,
    workspace,
    passEnv: policy.passEnv ?? [],
  };
}

function guardsOfNetwork({ mode }: NetworkPolicy): readonly Guard[] {
  if (mode === "host") return [];
  return mode === "none" ? NETWORK : [...NETWORK, "net.allowlist"];
}

/** Not every program that gives one was checked by a compiler. */
function soundPolicy(policy: IsolationPolicy): IsolationPolicy {
  const { success, error } = IsolationPolicy.safeParse(policy);
  if (success) return policy;
  const [issue] = error.issues;
  throw new IsolationPolicyError(
    issue?.path.join(".") || "policy",
    issue?.code === "unrecognized_keys" ? `has no ${issue.keys.join(", ")}` : `is wrong: ${issue?.message}`,
  );
}

/** What is required by name. */
export function requirementOf(require: IsolationPolicy["require"] = {}): Requirement {
  return Array.isArray(require) ? inAnyStrength(require) : require;
}

function inAnyStrength(guards: readonly Guard[]): Requirement {
  return Object.fromEntries(guards.map((guard) => [guard, "detected"]));
}
