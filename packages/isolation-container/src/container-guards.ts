import { type Guard, type Guards, guardsWith, type IsolationProblem, type ResolvedPolicy } from "@dad/isolation";
import type { FoundEngine } from "./engine-facts.ts";
import { withoutController, withoutKernel, withoutMemory, withoutNode, withoutSeccomp } from "./problems.ts";

/** What the kernel says of a process in a container, and what the image has. */
export interface Examination {
  readonly noNewPrivs: boolean;
  readonly noCapabilities: boolean;
  readonly seccomp: boolean;
  readonly node: boolean;
}

const SEPARATE_KERNEL = /^(?:io\.containerd\.)?(?:runsc|gvisor|kata)\b/;

/** Its own mounts, processes and identifiers: what a container is. */
const CONTAINER: readonly Guard[] = [
  ...(["scope.env", "scope.cwd", "env.inherit", "env.procfs", "fs.read", "fs.write", "fs.meta"] as const),
  ...(["proc.group", "proc.visibility", "proc.signal", "proc.lifetime", "proc.hostDeath"] as const),
  ...(["limit.output", "limit.fileSize", "limit.openFiles"] as const),
];
const NETWORK: readonly Guard[] = ["net.ip", "net.unix"];
/** What nothing but a filter of system calls holds back. */
const FILTERED: readonly Guard[] = ["fs.special", "net.exotic", "priv.namespaces", "priv.ipc", "priv.tty"];

export interface Basis {
  readonly engine: FoundEngine;
  readonly image: string;
  readonly runtime: string | undefined;
  readonly found: Examination;
}

/** The most that a container here guards: what the engine says that it can do, and what was seen to hold. */
export function mostGuards({ engine, runtime, found }: Basis): Guards {
  return guardsWith({
    ...enforced(CONTAINER),
    ...enforced(NETWORK),
    "limit.wall": "detected",
    ...(found.noNewPrivs && found.noCapabilities ? enforced(["priv.noNewPrivs", "priv.suid"]) : {}),
    ...(found.seccomp ? enforced(FILTERED) : {}),
    ...(found.node ? enforced(["net.allowlist"]) : {}),
    ...(engine.limits.memory ? enforced(["limit.memory"]) : {}),
    ...(engine.limits.pids ? enforced(["limit.pids"]) : {}),
    ...(engine.limits.cpu ? enforced(["limit.cpu"]) : {}),
    ...(runtime !== undefined && SEPARATE_KERNEL.test(runtime) ? enforced(["priv.kernel"]) : {}),
  });
}

/** Why it is not more. */
export function problemsOfGuards({ engine, image, runtime, found }: Basis): readonly IsolationProblem[] {
  return [
    ...(found.seccomp ? [] : withoutSeccomp(engine, runtime)),
    ...(found.node ? [] : [withoutNode(image)]),
    ...(engine.limits.memory ? [] : [withoutMemory(engine)]),
    ...(engine.limits.pids ? [] : [withoutController(engine, "pids")]),
    ...(engine.limits.cpu ? [] : [withoutController(engine, "cpu")]),
    ...(runtime !== undefined && SEPARATE_KERNEL.test(runtime) ? [] : [withoutKernel()]),
  ];
}

const NETWORK_OF_HOST: readonly Guard[] = [...NETWORK, "net.exotic"];
const LIMITS = {
  "limit.memory": "memoryBytes",
  "limit.pids": "pids",
  "limit.cpu": "cpuCores",
  "limit.fileSize": "fileBytes",
  "limit.openFiles": "openFiles",
} as const satisfies Partial<Record<Guard, keyof ResolvedPolicy["limits"]>>;

/** What a space of this policy has of that: no limit, no guard of it, and nothing of the network where it is that of the host. */
export function guardsOf(most: Guards, policy: ResolvedPolicy): Guards {
  return guardsWith({ ...most, ...Object.fromEntries(leftOpen(policy).map(({ guard }) => [guard, "none"])) });
}

/** The guards that a policy does not ask for by anything else that it says, and what it would have to say. */
export function leftOpen({ network, limits }: ResolvedPolicy): readonly (IsolationProblem & { readonly guard: Guard })[] {
  const unlimited = (Object.keys(LIMITS) as (keyof typeof LIMITS)[]).filter((guard) => limits[LIMITS[guard]] === undefined);
  return [
    ...unlimited.map((guard) => ({ guard, message: `the policy sets no limits.${LIMITS[guard]}`, remedy: `set limits.${LIMITS[guard]}` })),
    ...(network.mode === "host"
      ? NETWORK_OF_HOST.map((guard) => ({
          guard,
          message: "the policy leaves the network of the host open",
          remedy: 'set network: { mode: "none" }',
        }))
      : []),
    ...(network.mode === "allow"
      ? []
      : [{ guard: "net.allowlist" as const, message: "the policy has no list of hosts", remedy: 'set network: { mode: "allow", hosts: [] }' }]),
  ];
}

function enforced(guards: readonly Guard[]): Partial<Guards> {
  return Object.fromEntries(guards.map((guard) => [guard, "enforced"]));
}
