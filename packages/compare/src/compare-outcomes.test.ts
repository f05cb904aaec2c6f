import { OutcomeCommitError } from "@dad/outcome";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import type { OutcomeRef } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { compareOutcomes } from "./compare-outcomes.ts";
import { id } from "./testing-runs.ts";

const ref = (commit: string, tree?: string): OutcomeRef => ({ branch: "run/x", commit, ...(tree === undefined ? {} : { tree }) });
const known = { changes: async () => [{ path: "a.txt", kind: "modified" as const }], patch: async () => "diff" };

describe("compareOutcomes", () => {
  it("tells which files two runs left differently", async () => {
    await using outcomes = memoryOutcomeRepository();
    const committed = async (name: string, text: string) => {
      await using run = await outcomes.open(id(name));
      await run.write({ path: "a.txt", content: new TextEncoder().encode(text), executable: false });
      return await run.commit({ subject: name });
    };
    const [before, after] = [await committed("one", "1"), await committed("two", "2")];
    const patch = expect.stringMatching(/^diff --git a\/a.txt b\/a.txt\n[^]*\n-1\n[^]*\n\+2\n/) as string;
    expect(await compareOutcomes({ before, after }, { outcomes })).toEqual({ before, after, changes: [{ path: "a.txt", kind: "modified" }], patch });
  });

  it("asks nothing about trees that are the same", async () => {
    const outcomes = { ...known, changes: () => expect.fail("it was asked") };
    for (const after of [ref("1"), ref("2", "tree")])
      expect(await compareOutcomes({ before: ref("1", "tree"), after }, { outcomes })).toMatchObject({ changes: [] });
    expect(await compareOutcomes({ before: null, after: null }, { outcomes })).toMatchObject({ changes: [] });
  });

  it("says why it is not known", async () => {
    const reasonOf = async (after: OutcomeRef | null, outcomes: Parameters<typeof compareOutcomes>[1]["outcomes"]) =>
      (await compareOutcomes({ before: ref("1"), after }, { outcomes })).reason;
    expect(await reasonOf(null, known)).toBe("the run after has no outcome");
    expect(await reasonOf(ref("2"), undefined)).toBe("the repository of the outcomes is not known");
    const forgetful = { ...known, changes: () => Promise.reject(new OutcomeCommitError("2", "the repository")) };
    expect(await reasonOf(ref("2"), forgetful)).toBe('there is no commit "2" in the repository');
  });
});
