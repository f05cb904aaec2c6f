import type { ResolvedPolicy } from "@dad/isolation";
import { KEEPER } from "./scripts.ts";

/** Who a container belongs to, as `ownerName()` gives it, and on which machine. */
export const OWNER_LABEL = "dad.owner";
export const SPACE_LABEL = "dad.space";
/** Marks each process with the command that it belongs to. */
export const COMMAND_VARIABLE = "DAD_COMMAND";
/** Where the socket of the egress proxy is in a container. */
export const EGRESS_SOCKET = "/run/dad-egress.sock";

const MIB = 1024 * 1024;
const TMP_BYTES = 512 * MIB;
const SHM_BYTES = 64 * MIB;
const NANO = 1e9;

export interface BoundPath {
  readonly Type: "bind";
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
  readonly BindOptions: { readonly Propagation: "rprivate" };
}

interface Ulimit {
  readonly Name: "core" | "fsize" | "nofile";
  readonly Soft: number;
  readonly Hard: number;
}

/** The body of `POST /containers/create`. */
export interface ContainerBody {
  readonly Image: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly User: string;
  readonly WorkingDir: string;
  readonly Hostname?: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly AttachStdin: true;
  readonly AttachStdout: true;
  readonly AttachStderr: true;
  readonly OpenStdin: true;
  readonly StdinOnce: true;
  readonly Tty: false;
  readonly Healthcheck: { readonly Test: readonly ["NONE"] };
  readonly HostConfig: HostConfig;
}

export interface HostConfig {
  readonly AutoRemove: true;
  readonly NetworkMode: "none" | "host";
  readonly IpcMode: "private";
  readonly CgroupnsMode: "private";
  readonly UsernsMode?: string;
  readonly CapDrop: readonly ["ALL"];
  readonly SecurityOpt: readonly string[];
  readonly ReadonlyRootfs: true;
  readonly Init: true;
  readonly Mounts: readonly BoundPath[];
  readonly Tmpfs: Readonly<Record<string, string>>;
  readonly ShmSize: number;
  readonly Ulimits: readonly Ulimit[];
  readonly LogConfig: { readonly Type: "none" };
  readonly Memory?: number;
  readonly MemorySwap?: number;
  readonly PidsLimit?: number;
  readonly NanoCpus?: number;
  readonly Runtime?: string;
}

/** What is decided of a container. */
export interface ContainerPlan {
  readonly image: string;
  readonly runtime: string | undefined;
  readonly user: string;
  readonly usernsMode: string | undefined;
  /** What comes after `seccomp=`. */
  readonly seccomp: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly BoundPath[];
  readonly policy: Pick<ResolvedPolicy, "network" | "limits">;
}

/** Everything is closed here that is not opened on purpose: an engine leaves much open that nobody mentions. */
export function containerBody({ image, user, env, labels, ...plan }: ContainerPlan): ContainerBody {
  return {
    Image: image,
    // One process that does nothing but wait for the end of its input, and so for the end of the host that holds it.
    Entrypoint: ["/bin/sh", "-c", KEEPER],
    Cmd: [],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    User: user,
    WorkingDir: "/",
    // With the network of the host its name comes along.
    ...(plan.policy.network.mode === "host" ? {} : { Hostname: "dad" }),
    Labels: labels,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    Healthcheck: { Test: ["NONE"] },
    HostConfig: hostConfig(plan),
  };
}

function hostConfig({
  runtime,
  usernsMode,
  seccomp,
  mounts,
  policy: { network, limits },
}: Omit<ContainerPlan, "image" | "user" | "env" | "labels">): HostConfig {
  const { memoryBytes, pids, cpuCores } = limits;
  return {
    AutoRemove: true,
    NetworkMode: network.mode === "host" ? "host" : "none",
    IpcMode: "private",
    CgroupnsMode: "private",
    ...(usernsMode === undefined ? {} : { UsernsMode: usernsMode }),
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges", `seccomp=${seccomp}`],
    ReadonlyRootfs: true,
    Init: true,
    Mounts: mounts,
    // Without `exec` an engine forbids to run what is written there.
    Tmpfs: { "/tmp": `rw,exec,nosuid,nodev,size=${TMP_BYTES},mode=1777` },
    ShmSize: SHM_BYTES,
    Ulimits: ulimits(limits),
    LogConfig: { Type: "none" },
    // As much with swap as without: no swap.
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(pids === undefined ? {} : { PidsLimit: pids }),
    ...(cpuCores === undefined ? {} : { NanoCpus: Math.round(cpuCores * NANO) }),
    ...(runtime === undefined ? {} : { Runtime: runtime }),
  };
}

function ulimits({ fileBytes, openFiles }: ResolvedPolicy["limits"]): readonly Ulimit[] {
  const one = (Name: Ulimit["Name"], value: number): Ulimit => ({ Name, Soft: value, Hard: value });
  return [
    one("core", 0),
    ...(fileBytes === undefined ? [] : [one("fsize", fileBytes)]),
    ...(openFiles === undefined ? [] : [one("nofile", openFiles)]),
  ];
}

/** A mount and not a `Bind`: that one takes a colon in a path for a separator, and makes what is missing on the host, as root. */
export function boundPath(source: string, target: string, mode: "ro" | "rw"): BoundPath {
  return { Type: "bind", Source: source, Target: target, ReadOnly: mode === "ro", BindOptions: { Propagation: "rprivate" } };
}
