import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { BASE, codesOf, readAgain } from "./starting-files.ts";
import type { Subject } from "./subject.ts";

const runId = RunId.parse("run1");

export function describeRevisions({ repository }: Subject): void {
  describe("revisions", () => {
    it("starts from no revision that there is not, and leaves nothing of the run", async () => {
      const unknown = ["no-such-branch", "", "--all", "a..b", "f".repeat(40)];
      expect(await codesOf(unknown.map((revision) => () => repository().open(runId, { revision })))).toEqual(
        unknown.map(() => "OUTCOME_REVISION_UNKNOWN"),
      );
      await expect(repository().open(runId, { revision: "no-such-branch", resume: true })).rejects.toMatchObject({
        code: "OUTCOME_REVISION_UNKNOWN",
      });
      await using run = await repository().open(runId);
      expect(await readAgain(run, BASE)).toEqual(BASE);
    });

    it("starts from a commit or from a revision, and not from both", async () => {
      await using one = await repository().open(RunId.parse("other"));
      await expect(repository().open(runId, { from: one.start.commit, revision: "main" })).rejects.toBeInstanceOf(TypeError);
    });

    it("leaves a run that is resumed where it started, whatever has become of the revision", async () => {
      const first = await repository().open(runId);
      await first[Symbol.asyncDispose]();
      await using again = await repository().open(runId, { revision: "no-such-branch", resume: true });
      expect(again.start).toEqual(first.start);
    });
  });
}
