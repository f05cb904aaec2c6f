import { type IsolationPolicy, PRESETS, type Preset } from "./policy.ts";

/** A policy that also requires what another one requires. What else both say, the other one says; the stronger preset counts. */
export function strengthened(policy: IsolationPolicy, by: IsolationPolicy): IsolationPolicy {
  const preset = stronger(policy.preset, by.preset);
  return {
    ...policy,
    ...by,
    ...(preset ? { preset } : {}),
    require: { ...byName(policy.require), ...byName(by.require) },
    limits: { ...policy.limits, ...by.limits },
  };
}

function stronger(one: Preset | undefined, other: Preset | undefined): Preset | undefined {
  return PRESETS.findLast((preset) => preset === one || preset === other);
}

function byName(require: IsolationPolicy["require"] = {}) {
  return Array.isArray(require) ? Object.fromEntries(require.map((guard) => [guard, "detected" as const])) : require;
}
