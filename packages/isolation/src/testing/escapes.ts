import { describe, expect, it } from "vitest";
import { ESCAPES } from "../escapes/all.ts";
import type { EscapeAttempt } from "../escapes/attempt.ts";
import { policyBesides, refuses } from "../escapes/guard-policy.ts";
import { type EscapeVerdict, tryAttempt } from "../escapes/try-attempt.ts";
import type { IsolationSubject } from "./subject.ts";
import type { Trial } from "./trial.ts";

export function describeEscapes(trial: () => Trial, { program }: IsolationSubject): void {
  describe("escapes", () => {
    it.for(ESCAPES.map((escape) => [escape.id, escape] as const))("%s: nothing gets out, or it is not claimed", async ([, escape], { annotate }) => {
      const { verdict, detail, lacks } = await find(trial(), escape, program);
      if (verdict === "untried") await annotate(`not tried here: ${detail}`);
      // What a machine lacks is told. What the test lacks is a mistake.
      const accepted = lacks === "program" ? [] : ["blocked", "detected", "refused", "untried"];
      expect(accepted, `no command can ${escape.title}, but ${detail}`).toContain(verdict);
    });
  });
}

type Finding = Pick<EscapeVerdict, "detail" | "lacks"> & { readonly verdict: EscapeVerdict["verdict"] | "refused" };

async function find({ adapter }: Trial, escape: EscapeAttempt, program: IsolationSubject["program"]): Promise<Finding> {
  const { guards } = await adapter.probe();
  const strength = guards[escape.guard];
  if (strength !== "none") return tryAttempt(adapter, escape, { strength, policy: policyBesides(guards), program });
  return (await refuses(adapter, escape.guard))
    ? { verdict: "refused" }
    : { verdict: "escaped", detail: `a space is opened that requires ${escape.guard}, which is not claimed` };
}
