import { describe, expect, it } from "vitest";
import { GUARDS } from "../guard.ts";
import type { Trial } from "./trial.ts";

export function describeClaims(trial: () => Trial): void {
  describe("claims", () => {
    it("says of every guard how strong it is, and a space has what was said", async () => {
      const { available, guards } = await trial().adapter.probe();
      expect(available).toBe(true);
      expect(Object.keys(guards).toSorted()).toEqual([...GUARDS].toSorted());
      const space = await trial().open();
      expect(space.guards).toEqual(guards);
    });

    it("opens a space for whoever requires what it guards", async () => {
      const { guards } = await trial().adapter.probe();
      const space = await trial().open({ policy: { require: GUARDS.filter((guard) => guards[guard] !== "none") } });
      expect(space.id).not.toBe("");
    });

    it("refuses to open when something is required that it does not guard, and says what to do", async () => {
      const { guards } = await trial().adapter.probe();
      for (const guard of GUARDS.filter((name) => guards[name] === "none")) {
        const refusal = await trial()
          .open({ policy: { require: ["scope.env", guard] } })
          .catch((error: unknown) => error);
        expect(refusal).toMatchObject({
          code: "ISOLATION_UNAVAILABLE",
          details: { missing: [guard], problems: [{ guard, remedy: expect.stringMatching(/\w/) }] },
        });
      }
    });

    it("gives every space an id of its own", async () => {
      const spaces = await Promise.all([trial().open(), trial().open()]);
      expect(new Set(spaces.map((space) => space.id)).size).toBe(2);
    });

    it("stops when the signal is aborted", async () => {
      await expect(trial().adapter.probe({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
      const spec = { runId: "contract" as never, workspace: trial().outside };
      await expect(trial().adapter.open(spec, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    });
  });
}
