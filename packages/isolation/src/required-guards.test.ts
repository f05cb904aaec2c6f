import { describe, expect, it } from "vitest";
import { GUARDS, guardsWith, MEANING, unguarded } from "./guard.ts";
import { resolvePolicy } from "./policy.ts";
import { assertGuarded } from "./required-guards.ts";

const guards = guardsWith({ "fs.read": "enforced", "limit.memory": "detected" });

describe("guards", () => {
  it("are all there, those that nobody claims as none", () => {
    expect(Object.keys(guards)).toEqual([...GUARDS]);
    expect(Object.entries(guards).filter(([, strength]) => strength !== "none")).toEqual([
      ["fs.read", "enforced"],
      ["limit.memory", "detected"],
    ]);
    expect(Object.isFrozen(guards)).toBe(true);
    expect(Object.keys(MEANING)).toEqual([...GUARDS]);
  });

  it("are missing where they are weaker than what is required", () => {
    expect(unguarded(guards, {})).toEqual([]);
    expect(unguarded(guards, { "fs.read": "detected", "limit.memory": "detected" })).toEqual([]);
    expect(unguarded(guards, { "fs.read": "enforced", "limit.memory": "enforced" })).toEqual(["limit.memory"]);
    expect(unguarded(guards, { "priv.tty": "detected", "fs.write": "detected" })).toEqual(["fs.write", "priv.tty"]);
    expect(unguarded({} as never, { "fs.read": "detected" })).toEqual(["fs.read"]);
  });
});

describe("a space that lacks what its policy requires", () => {
  const cooperative = guardsWith(Object.fromEntries(Object.keys(resolvePolicy().required).map((guard) => [guard, "enforced"])));
  const policy = resolvePolicy({ require: ["fs.read", "fs.write"] });
  const refusal = (problems: Parameters<typeof assertGuarded>[2]["problems"]): unknown => {
    try {
      return assertGuarded("thin", cooperative, { policy, problems });
    } catch (error) {
      return error;
    }
  };

  it("is refused with one remedy for all guards of which nothing else is known", () => {
    expect(refusal([])).toMatchObject({
      code: "ISOLATION_UNAVAILABLE",
      details: {
        adapter: "thin",
        missing: ["fs.read", "fs.write"],
        problems: [{ message: "with thin, nothing guards fs.read, fs.write", remedy: expect.stringContaining("an isolation adapter") }],
      },
    });
    const known = { guard: "fs.read", message: "no namespaces", remedy: "allow them" } as const;
    const last = { guard: "fs.write", message: expect.stringContaining(MEANING["fs.write"]), remedy: expect.stringContaining("fs.write") };
    expect(refusal([known])).toMatchObject({ details: { problems: [known, last] } });
  });

  it("is refused with what the machine says of a guard, and nothing of guards that nobody required", () => {
    const known = { guard: "fs.read", message: "no namespaces", remedy: "allow them" } as const;
    const other = { guard: "limit.cpu", message: "no cgroups", remedy: "delegate one" } as const;
    expect(refusal([known, other])).toMatchObject({ details: { problems: [known, { guard: "fs.write" }] } });
  });

  it("is refused with what keeps the whole adapter from working, alone", () => {
    const general = { message: "there is no bwrap", remedy: "install it" };
    expect(refusal([general])).toMatchObject({ message: expect.stringContaining("install it"), details: { problems: [general] } });
  });

  it("is opened where the policy says so, and what is missing is told", () => {
    const degrading = resolvePolicy({ require: ["fs.read"], onMissing: "degrade" });
    expect(assertGuarded("thin", cooperative, { policy: degrading, problems: [] })).toEqual(["fs.read"]);
    expect(assertGuarded("thin", cooperative, { policy: resolvePolicy(), problems: [] })).toEqual([]);
  });
});
