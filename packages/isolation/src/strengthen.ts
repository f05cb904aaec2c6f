import { requiredByAll } from "./guard.ts";
import {
  type IsolationLimits,
  type IsolationMount,
  type IsolationPolicy,
  type NetworkPolicy,
  PRESETS,
  requirementOf,
  type Preset,
} from "./policy.ts";

/**
 * A policy for those who require what `by` does of a run that is held to `policy`. It requires all that both require, and allows no more
 * than both do: the stronger preset, the smaller limits; it fails where one of them fails. What the run was allowed under a weaker
 * preset, it is allowed no more, unless `by` says so: the network of the host, variables of the host, files to write. A list of hosts
 * stays: it was made to be held to.
 */
export function strengthened(policy: IsolationPolicy, by: IsolationPolicy): IsolationPolicy {
  const preset = stronger(policy.preset ?? "cooperative", by.preset ?? "cooperative");
  const isRaised = preset !== (policy.preset ?? "cooperative");
  const network = stricter(isRaised ? listOnly(policy.network) : policy.network, by.network);
  const mounts = [...(policy.mounts ?? []).flatMap((mount) => (isRaised ? readOnly(mount) : [mount])), ...(by.mounts ?? [])];
  const passEnv = [...(isRaised ? [] : (policy.passEnv ?? [])), ...(by.passEnv ?? [])];
  const workspace = by.workspace ?? policy.workspace;
  return {
    preset,
    require: requiredByAll(requirementOf(policy.require), requirementOf(by.require)),
    onMissing: goesOn(policy, by) ? "degrade" : "fail",
    limits: smallest(policy.limits ?? {}, by.limits ?? {}),
    ...(network ? { network } : {}),
    ...(mounts.length > 0 ? { mounts } : {}),
    ...(passEnv.length > 0 ? { passEnv } : {}),
    ...(workspace ? { workspace } : {}),
  };
}

function stronger(one: Preset, other: Preset): Preset {
  return PRESETS.indexOf(one) < PRESETS.indexOf(other) ? other : one;
}

/** Who says nothing leaves it to the other. */
function goesOn(one: IsolationPolicy, other: IsolationPolicy): boolean {
  const said = [one.onMissing, other.onMissing];
  return said.includes("degrade") && !said.includes("fail");
}

const REACH = ["none", "allow", "host"] as const;

/** Of two lists, what is on both. */
function stricter(one: NetworkPolicy | undefined, other: NetworkPolicy | undefined): NetworkPolicy | undefined {
  if (!one || !other) return one ?? other;
  if (one.mode !== "allow" || other.mode !== "allow") return REACH.indexOf(one.mode) < REACH.indexOf(other.mode) ? one : other;
  const known = new Set(one.hosts.map((host) => JSON.stringify(host)));
  return { ...other, hosts: other.hosts.filter((host) => known.has(JSON.stringify(host))) };
}

function listOnly(network: NetworkPolicy | undefined): NetworkPolicy | undefined {
  return network?.mode === "host" ? undefined : network;
}

function readOnly(mount: IsolationMount): readonly IsolationMount[] {
  return mount.mode === "ro" ? [mount] : [];
}

function smallest(one: IsolationLimits, other: IsolationLimits): IsolationLimits {
  const names = Object.keys({ ...one, ...other }) as (keyof IsolationLimits)[];
  return Object.fromEntries(names.map((name) => [name, Math.min(one[name] ?? Number.POSITIVE_INFINITY, other[name] ?? Number.POSITIVE_INFINITY)]));
}
