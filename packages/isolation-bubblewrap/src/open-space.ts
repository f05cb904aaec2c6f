import { randomUUID } from "node:crypto";
import {
  assertGuarded,
  type Environment,
  type Homes,
  type IsolationLimits,
  IsolationPolicyError,
  type IsolationProbe,
  type IsolationSpace,
  type IsolationSpec,
  passedVariables,
  type ResolvedPolicy,
  spaceEnvironment,
} from "@dad/isolation";
import { bubblewrapSpace } from "./bubblewrap-space.ts";
import type { CgroupLimits, Controller } from "./cgroup/controller.ts";
import { guardsOf } from "./claims.ts";
import { egress, egressEnvironment } from "./egress.ts";
import { housing } from "./housing.ts";
import type { Machine } from "./lodging.ts";
import { bindsOf } from "./mounts.ts";
import type { RunUsers } from "./run-users.ts";
import type { ProcessLimits } from "./supervisor.ts";

export const NAME = "bubblewrap";
/** Processes of ours in the group of a sandbox: what starts commands must not be kept from it by those that run. */
const OWN_PIDS = 32;

/** What all spaces of one adapter have in common. */
export interface Host {
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly homeOf: Homes;
  readonly users: RunUsers | undefined;
  readonly graceMs: number;
  readonly tmpBytes: number;
}

export interface Found {
  readonly probe: IsolationProbe;
  readonly machine: Machine;
}

/** Opens a space on a machine that was found fit for it. Its sandbox begins with its first command. */
export async function openSpace(
  host: Host,
  { probe, machine }: Found,
  { spec, policy }: { readonly spec: IsolationSpec; readonly policy: ResolvedPolicy },
): Promise<IsolationSpace> {
  const { network, limits } = policy;
  const guards = guardsOf(probe.guards, policy);
  const degraded = assertGuarded(NAME, guards, { policy, problems: probe.problems });
  const isOverlay = policy.workspace === "overlay";
  // Who may do without a guard still wants the workspace as it was left.
  if (isOverlay && guards["fs.workspace"] === "none") throw new IsolationPolicyError("workspace", "is overlay, and none can be mounted here");
  const id = `${spec.runId}-${randomUUID()}`;
  const home = host.homeOf({ id, runId: spec.runId });
  const env = environmentOf(host, home.path, { spec, policy });
  const binds = [...machine.node, ...(await bindsOf({ workspace: spec.workspace, home: home.path, mounts: policy.mounts }))];
  const way = network.mode === "allow" ? egress(network, spec.onEgress) : undefined;
  const runUser = host.users?.enter(spec.runId);
  const described = { id, adapter: NAME, cwd: spec.workspace, env, guards, degraded };
  const house = { machine, workspace: spec.workspace, isOverlay, home, binds, tmpBytes: host.tmpBytes, runUser };
  return bubblewrapSpace({
    ...described,
    limits,
    graceMs: host.graceMs,
    isOverlay,
    home: home.path,
    isMemoryWatched: guards["limit.memory"] === "detected",
    egress: way,
    housing: housing({
      ...house,
      network: network.mode === "host" ? "host" : "none",
      limits: processLimits(limits, machine),
      groupLimits: groupLimits(limits, machine),
    }),
  });
}

function environmentOf(
  { hostEnv }: Host,
  home: string,
  { spec, policy }: { readonly spec: IsolationSpec; readonly policy: ResolvedPolicy },
): Environment {
  const proxied = policy.network.mode === "allow" ? egressEnvironment : {};
  return spaceEnvironment(hostEnv, home, { ...passedVariables(hostEnv, policy.passEnv), ...proxied, TMPDIR: "/tmp", ...spec.env });
}

/**
 * What is limited for all processes together. With nothing of that kind no group is made: it takes longer than the sandbox. Their number
 * needs none where the kernel counts those of a sandbox for themselves.
 */
function groupLimits({ memoryBytes, pids, cpuCores }: IsolationLimits, { cgroups, countsProcesses }: Machine): CgroupLimits | undefined {
  const can = (controller: Controller): boolean => cgroups?.controllers.includes(controller) ?? false;
  const limits: CgroupLimits = {
    ...(memoryBytes !== undefined && can("memory") ? { memoryBytes } : {}),
    ...(pids !== undefined && !countsProcesses && can("pids") ? { pids: pids + OWN_PIDS } : {}),
    ...(cpuCores !== undefined && can("cpu") ? { cpuCores } : {}),
  };
  return Object.keys(limits).length > 0 ? limits : undefined;
}

/** What each process is held to. Where the kernel does not count those of a sandbox for themselves, their number is none of that. */
function processLimits({ pids, fileBytes, openFiles }: IsolationLimits, { countsProcesses }: Machine): ProcessLimits {
  return {
    ...(pids === undefined || !countsProcesses ? {} : { pids }),
    ...(fileBytes === undefined ? {} : { fileBytes }),
    ...(openFiles === undefined ? {} : { openFiles }),
  };
}
