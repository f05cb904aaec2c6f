import type { Cgroup } from "./cgroup/cgroup.ts";
import type { CgroupLimits } from "./cgroup/controller.ts";
import type { CgroupSupport } from "./cgroup/find-cgroups.ts";
import { joinGroup } from "./join-group.ts";
import { launchOf } from "./launch.ts";
import type { Premises } from "./premises.ts";
import { type Bind, controlBinds } from "./profile.ts";
import type { HostUser } from "./change-owner.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";
import { type ProcessLimits, supervisorProgram } from "./supervisor.ts";

/** What a machine has for sandboxes. */
export interface Machine {
  /** Path of bwrap. */
  readonly program: string;
  /** What all sandboxes see: the programs, without and with the network of the host. */
  readonly system: Readonly<Record<"none" | "host", readonly string[]>>;
  /** The node that runs this. */
  readonly node: readonly Bind[];
  readonly filter: Uint8Array;
  /** Open files of this process that would get into a sandbox. */
  readonly inherited: readonly number[];
  readonly cgroups: CgroupSupport | undefined;
  /** Whether the kernel counts the processes of each user namespace for itself. */
  readonly countsProcesses: boolean;
}

export interface LodgingSpec {
  readonly machine: Machine;
  readonly user: HostUser | undefined;
  readonly workspace: string;
  readonly binds: readonly Bind[];
  readonly network: "none" | "host";
  readonly tmpBytes: number;
  /** Those that the kernel puts on each process, and those that it puts on all of them. */
  readonly limits: ProcessLimits;
  readonly groupLimits: CgroupLimits | undefined;
}

/** A sandbox, and the control group that it is in. */
export interface Lodging extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly group: Cgroup | undefined;
  /** Where the host sees what commands see as their workspace, as long as the sandbox lives. */
  readonly merged: string;
}

export async function openLodging(premises: Premises, spec: LodgingSpec): Promise<Lodging> {
  const { machine, network, tmpBytes, workspace, user } = spec;
  const { control, overlay } = premises;
  const launch = launchOf({
    program: machine.program,
    user,
    directory: control.path,
    profile: { system: machine.system[network], network, tmpBytes, binds: [...spec.binds, ...controlBinds(control)] },
    overlay: overlay && workspace,
    command: ["/bin/sh", "-c", supervisorProgram(spec.limits), "dad"],
    before: control.slots.making(),
  });
  const grouping = spec.groupLimits && machine.cgroups?.create(spec.groupLimits);
  const lending = premises.lend();
  const opening = openSandbox({ ...launch, filter: control.filter, inherited: machine.inherited });
  const [opened, grouped] = await Promise.allSettled([opening, grouping, lending]);
  try {
    if (opened.status === "rejected") throw opened.reason;
    if (grouped.status === "rejected") throw grouped.reason;
    await lending;
    const lodging = lodgingOf(opened.value, grouped.value, workspace);
    await premises.lendMerged(lodging.merged);
    if (grouped.value) await joinGroup(opened.value, grouped.value);
    return lodging;
  } catch (error) {
    if (opened.status === "fulfilled") await opened.value.kill();
    if (grouped.status === "fulfilled") await grouped.value?.[Symbol.asyncDispose]();
    throw error;
  }
}

function lodgingOf(sandbox: Sandbox, group: Cgroup | undefined, workspace: string): Lodging {
  return {
    sandbox,
    group,
    merged: `/proc/${sandbox.first.pid}/root${workspace}`,
    async [Symbol.asyncDispose]() {
      await sandbox.kill();
      await group?.[Symbol.asyncDispose]();
    },
  };
}
