import { type Guard, type Guards, type IsolationAdapter, resolvePolicy } from "@dad/isolation";
import { processIsolation } from "@dad/isolation/process";

/** Ordinary processes that are said to guard something. */
export function boastfulIsolation(guard: Guard): IsolationAdapter {
  const isolation = processIsolation({ hostEnv: process.env, graceMs: 100 });
  const claiming = <Claimant extends { readonly guards: Guards }>(claimant: Claimant): Claimant => ({
    ...claimant,
    guards: { ...claimant.guards, [guard]: "enforced" },
  });
  return {
    ...isolation,
    probe: async (options) => claiming(await isolation.probe(options)),
    async open(spec, options) {
      const { [guard]: _, ...require } = resolvePolicy(spec.policy).required;
      return claiming(await isolation.open({ ...spec, policy: { ...spec.policy, require } }, options));
    },
  };
}
