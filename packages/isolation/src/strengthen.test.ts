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

const REACH = { none: 0, allow: 1, host: 2 };

/** What a policy allows that another one does not. */
function allowedBeyond(all: IsolationPolicy, part: IsolationPolicy): readonly string[] {
  const { network = { mode: "host" }, limits = {} } = part;
  const beyond = (all.network ?? network).mode;
  const hostsOf = (given: IsolationPolicy["network"]): readonly unknown[] => (given?.mode === "allow" ? given.hosts : []);
  return [
    ...(REACH[beyond] > REACH[network.mode] ? [`network ${beyond}`] : []),
    ...(network.mode === "allow" ? hostsOf(all.network).filter((host) => !hostsOf(network).includes(host)) : []).map(String),
    ...(["pids", "memoryBytes"] as const).filter((name) => (all.limits?.[name] ?? Infinity) > (limits[name] ?? Infinity)),
  ];
}

describe("a policy that is strengthened", () => {
  it("requires all that each of the two requires by name or by preset, and fails where one of them does", () => {
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const both = resolvePolicy(strengthened(one, other));
        const asGuards = Object.fromEntries(GUARDS.map((guard) => [guard, both.required[guard] ?? "none"])) as never;
        const missing = [one, other].flatMap(({ preset = "cooperative", require = [] }) =>
          unguarded(asGuards, resolvePolicy({ preset, require, network: { mode: "host" } }).required),
        );
        expect(missing).toEqual([]);
        expect([one, other].some(({ onMissing }) => onMissing === "fail") && both.onMissing !== "fail").toBe(false);
      }),
    );
  });

  it("allows no more than either: neither network, nor hosts, nor limits", () => {
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const both = strengthened(one, other);
        expect([one, other].flatMap((part) => allowedBeyond(both, part))).toEqual([]);
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
