import { resolve } from "node:path";
import type { IsolationAdapter, IsolationPolicy, NetworkPolicy, Preset } from "@dad/isolation";
import { bubblewrapIsolation } from "@dad/isolation-bubblewrap";
import { processIsolation } from "@dad/isolation/process";
import { localIsolation } from "@dad/local";
import { UsageError } from "../errors.ts";
import type { Project } from "./find-project.ts";

/** What the person wrote of how one command is held. */
export interface SpaceFlags {
  readonly preset: Preset;
  readonly adapter?: "process" | "bubblewrap" | "config";
  readonly network?: NetworkPolicy;
  readonly mount?: readonly { readonly path: string; readonly mode: "ro" | "rw" }[];
  /** `NAME` or `NAME=value`, in the order given. */
  readonly env?: readonly string[];
  /** In bytes. */
  readonly memory?: number;
  readonly pids?: number;
  readonly cpus?: number;
  /** In seconds. */
  readonly timeout?: number;
  readonly degrade?: true;
}

/** Who holds a command to what. */
export interface SpaceChoice {
  readonly adapter: IsolationAdapter;
  readonly policy: IsolationPolicy;
}

/** By what the person wrote, which comes before the config of a project. @throws UsageError (`USAGE_INVALID`). */
export function spaceChoice(project: Pick<Project, "isolation">, flags: SpaceFlags, cwd: string): SpaceChoice {
  const { adapter: own, policy: configured = {} } = project.isolation({ isolation: flags.preset });
  return { adapter: adapterOf(flags, own), policy: { ...configured, ...policyOf(flags, { cwd, configured }) } };
}

function adapterOf({ adapter }: SpaceFlags, own: IsolationAdapter | undefined): IsolationAdapter {
  const options = { hostEnv: process.env };
  if (adapter === "process") return processIsolation(options);
  if (adapter === "bubblewrap") return bubblewrapIsolation(options);
  if (adapter === "config" && !own) throw new UsageError("dad.config has no isolation.adapter: leave --adapter out, or add one there");
  return own ?? localIsolation(options);
}

function policyOf(
  { network, mount, memory, pids, cpus, timeout, degrade }: SpaceFlags,
  { cwd, configured }: { readonly cwd: string; readonly configured: IsolationPolicy },
): IsolationPolicy {
  const limits = {
    ...configured.limits,
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(pids === undefined ? {} : { pids }),
    ...(cpus === undefined ? {} : { cpuCores: cpus }),
    ...(timeout === undefined ? {} : { wallMs: Math.ceil(timeout * 1000) }),
  };
  const mounts = [...(configured.mounts ?? []), ...(mount ?? []).map(({ path, mode }) => ({ path: resolve(cwd, path), mode }))];
  return {
    limits,
    ...(network === undefined ? {} : { network }),
    ...(mounts.length > 0 ? { mounts } : {}),
    ...(degrade ? { onMissing: "degrade" } : {}),
  };
}

/** @throws UsageError (`USAGE_INVALID`) for a variable without a name, or that is not there. */
export function givenEnv({ env = [] }: Pick<SpaceFlags, "env">): Record<string, string> {
  return Object.fromEntries(
    env.map((text) => {
      const [name = "", ...value] = text.split("=");
      if (name === "") throw new UsageError(`--env ${text}: a variable has to have a name`);
      const found = value.length > 0 ? value.join("=") : process.env[name];
      if (found === undefined) throw new UsageError(`--env ${name}: there is no such variable here: give --env ${name}=<value>`);
      return [name, found];
    }),
  );
}
