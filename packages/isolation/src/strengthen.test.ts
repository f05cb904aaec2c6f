import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GUARDS, unguarded } from "./guard.ts";
import { type IsolationPolicy, PRESETS, resolvePolicy } from "./policy.ts";
import { strengthened } from "./strengthen.ts";

const hosts = fc.subarray(["a.test", "b.test", "c.test"]);
const policy: fc.Arbitrary<IsolationPolicy> = fc.record(
  {
    preset: fc.constantFrom(...PRESETS),
    require: fc.oneof(
      fc.subarray([...GUARDS]),
      fc.dictionary(fc.constantFrom(...GUARDS), fc.constantFrom("detected" as const, "enforced" as const), { maxKeys: 5 }),
    ),
    onMissing: fc.constantFrom("fail" as const, "degrade" as const),
    network: fc.oneof(
      fc.constantFrom({ mode: "host" as const }, { mode: "none" as const }),
      hosts.map((list) => ({ mode: "allow" as const, hosts: list })),
    ),
    limits: fc.record({ pids: fc.integer({ min: 1, max: 100 }), memoryBytes: fc.integer({ min: 1, max: 100 }) }, { requiredKeys: [] }),
    passEnv: fc.subarray(["A", "B"]),
  },
  { requiredKeys: [] },
);

describe("a policy that is strengthened", () => {
  it("requires all that each of the two requires by name or by preset, and fails where one of them does", () => {
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const both = resolvePolicy(strengthened(one, other));
        const asGuards = Object.fromEntries(GUARDS.map((guard) => [guard, both.required[guard] ?? "none"])) as never;
        for (const { preset, require } of [one, other]) {
          const { required } = resolvePolicy({ ...(preset ? { preset } : {}), ...(require ? { require } : {}), network: { mode: "host" } });
          // The presets' own limits may be lower here, and are guarded all the same.
          expect(unguarded(asGuards, required)).toEqual([]);
        }
        if (one.onMissing === "fail" || other.onMissing === "fail") expect(both.onMissing).toBe("fail");
      }),
    );
  });

  it("allows no more than either: neither network, nor hosts, nor limits, nor variables", () => {
    const reach = { none: 0, allow: 1, host: 2 };
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const both = strengthened(one, other);
        for (const { network, limits = {} } of [one, other]) {
          if (network) expect(reach[both.network?.mode ?? "none"]).toBeLessThanOrEqual(reach[network.mode]);
          if (network?.mode === "allow" && both.network?.mode === "allow") expect(network.hosts).toEqual(expect.arrayContaining(both.network.hosts));
          for (const name of ["pids", "memoryBytes"] as const) if (limits[name]) expect(both.limits?.[name]).toBeLessThanOrEqual(limits[name]);
        }
      }),
    );
  });

  it("takes from a run that is contained what it had for commands that mean well, but for its list of hosts", () => {
    const run: IsolationPolicy = {
      network: { mode: "host" },
      passEnv: ["NPM_TOKEN"],
      mounts: [
        { path: "/", mode: "rw" },
        { path: "/opt", mode: "ro" },
      ],
    };
    const contained = strengthened(run, { preset: "contained" });
    expect(resolvePolicy(contained)).toMatchObject({ network: { mode: "none" }, passEnv: [], mounts: [{ path: "/opt", mode: "ro" }] });
    const network = { mode: "allow", hosts: ["a.test"] } as const;
    expect(resolvePolicy(strengthened({ network: { mode: "allow", hosts: ["a.test"] } }, { preset: "contained" }))).toMatchObject({ network });
    expect(strengthened({ ...run, preset: "contained" }, { preset: "contained" })).toMatchObject({
      passEnv: ["NPM_TOKEN"],
      network: { mode: "host" },
    });
  });
});
