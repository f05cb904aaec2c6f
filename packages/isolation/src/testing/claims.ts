import { describe, expect, it } from "vitest";
import { policyFor } from "../escapes/guard-policy.ts";
import { type Guard, GUARDS, type Strength, unguarded } from "../guard.ts";
import type { Trial } from "./trial.ts";

export function describeClaims(trial: () => Trial): void {
  describe("claims", () => {
    it("says of every guard how strong it is, and no space says that it has more", async () => {
      const { available, guards } = await trial().adapter.probe();
      expect(available).toBe(true);
      expect(Object.keys(guards).toSorted()).toEqual([...GUARDS].toSorted());
      const space = await trial().open();
      expect(Object.keys(space.guards).toSorted()).toEqual([...GUARDS].toSorted());
      const said = Object.fromEntries(GUARDS.flatMap((guard) => (space.guards[guard] === "none" ? [] : [[guard, space.guards[guard]]])));
      expect(unguarded(guards, said as never)).toEqual([]);
      expect(space.degraded).toEqual([]);
      expect(space.adapter).toBe(trial().adapter.name);
    });

    it.for(GUARDS)("%s: opens a space that guards it as strongly as was said, or refuses whoever requires it and says what to do", async (guard) => {
      const { guards } = await trial().adapter.probe();
      const strength = guards[guard];
      expect(await openedOrRefused(trial(), guard, strength)).toMatchObject(strength === "none" ? refusalOf(guard) : { strength, degraded: [] });
    });

    it("refuses a guard that is weaker than what is required", async () => {
      const { guards } = await trial().adapter.probe();
      for (const guard of GUARDS.filter((name) => guards[name] === "detected")) {
        const refusal = trial().open({ policy: { ...policyFor(guard), require: { [guard]: "enforced" } } });
        await expect(refusal).rejects.toMatchObject({ code: "ISOLATION_UNAVAILABLE", details: { missing: [guard] } });
      }
    });

    it("goes on without what it does not guard when the policy says so, and tells of it", async () => {
      const { guards } = await trial().adapter.probe();
      const missing = GUARDS.filter((guard) => guards[guard] === "none");
      const space = await trial().open({ policy: { require: missing, onMissing: "degrade" } });
      expect(space.degraded).toEqual(missing);
      expect(missing.filter((guard) => space.guards[guard] !== "none")).toEqual([]);
    });

    it("gives every space an id of its own", async () => {
      const spaces = await Promise.all([trial().open(), trial().open()]);
      expect(new Set(spaces.map((space) => space.id)).size).toBe(2);
    });

    it("stops when the signal is aborted", async () => {
      const { adapter } = trial();
      const aborted = { signal: AbortSignal.abort() };
      await expect(adapter.probe(aborted)).rejects.toMatchObject({ name: "AbortError" });
      await expect(adapter.open(await trial().spec(), aborted)).rejects.toMatchObject({ name: "AbortError" });
      await expect(adapter.sweep(aborted)).rejects.toMatchObject({ name: "AbortError" });
    });
  });
}

async function openedOrRefused(trial: Trial, guard: Guard, strength: Strength): Promise<unknown> {
  if (strength === "none") return trial.open({ policy: { require: ["scope.env", guard] } }).catch((error: unknown) => error);
  const { guards, degraded } = await trial.open({ policy: { ...policyFor(guard), require: { [guard]: strength } } });
  return { strength: guards[guard], degraded };
}

function refusalOf(guard: Guard): object {
  return { code: "ISOLATION_UNAVAILABLE", details: { missing: [guard], problems: [{ guard, remedy: expect.stringMatching(/\w/) }] } };
}
