import { digestOfBytes, NodePath, type OutcomeRef } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { Attempt, Collected } from "./attempt.ts";
import type { FileCommits } from "./file-commits.ts";
import { partCommits } from "./part-commits.ts";

const RESULT = digestOfBytes("how it ended");
const { signal } = new AbortController();

/** Says what is committed, in order. Each commit is a new one. */
function telling() {
  const committed: string[] = [];
  const commit = (what: string): OutcomeRef => ({ branch: "run/r", commit: `${committed.push(what)}` });
  const files: FileCommits = {
    commit: async ({ path }, own, result) => commit(`${path} after ${own.length}${result === RESULT ? " with its result" : ""}`),
    commitPart: async ({ path }) => commit(`part of ${path}`),
    bring: async () => undefined,
  };
  return { committed, parts: partCommits(files) };
}

function attempt(name: string): { readonly work: Attempt; readonly collected: Collected } {
  const path = NodePath.parse(`main.${name}`);
  const work = { call: { path, attempt: 1 }, scope: { signal } } as unknown as Attempt;
  return { work, collected: { records: { artifacts: [] }, commits: [], alone: 0 } as unknown as Collected };
}

const nothing = async (): Promise<void> => undefined;

describe("what an attempt changes while nobody else changes files", () => {
  it("is committed with its result, where nobody else does until then", async () => {
    const { committed, parts } = telling();
    const { work, collected } = attempt("a");
    await parts.begin(work, collected);
    await parts.doing(work, collected)(nothing, signal);
    await parts.doing(work, collected)(nothing, signal);
    expect(committed).toEqual([]);
    const changed = await parts.end(work, collected, RESULT);
    expect(committed).toEqual(["main.a after 0 with its result"]);
    expect([collected.commits, collected.alone]).toEqual([[changed], 1]);
  });

  it.each([
    [
      "another attempt that may change files begins",
      async ({ parts }: ReturnType<typeof telling>) => parts.begin(attempt("b").work, attempt("b").collected),
    ],
    ["files are changed by what is no attempt", async ({ parts }: ReturnType<typeof telling>) => parts.exclusively(nothing, signal)],
  ])("is committed before %s", async (_what, come) => {
    const on = telling();
    const { work, collected } = attempt("a");
    await on.parts.begin(work, collected);
    await on.parts.doing(work, collected)(nothing, signal);
    await come(on);
    expect(on.committed).toEqual(["part of main.a"]);
    expect(collected).toMatchObject({ commits: [{ commit: "1" }], alone: 1 });
    // What it changes after that need not be its own alone.
    await on.parts.end(work, collected, RESULT);
    expect([on.committed.at(-1), collected.alone]).toEqual(["main.a after 1 with its result", 1]);
  });

  it("is committed at once while another one goes on that may change files, and not once that is over", async () => {
    const { committed, parts } = telling();
    const [a, b] = [attempt("a"), attempt("b")];
    for (const { work, collected } of [a, b]) await parts.begin(work, collected);
    await parts.doing(a.work, a.collected)(nothing, signal);
    expect(committed).toEqual(["part of main.a"]);
    parts.over(b.collected);
    await parts.doing(a.work, a.collected)(nothing, signal);
    expect(committed).toEqual(["part of main.a"]);
  });

  it("is nobody's part when its work failed: it is committed when the attempt ends", async () => {
    const { committed, parts } = telling();
    const { work, collected } = attempt("a");
    await parts.begin(work, collected);
    await expect(parts.doing(work, collected)(() => Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
    await parts.end(work, collected, RESULT);
    expect([committed, collected.alone]).toEqual([["main.a after 0 with its result"], 0]);
  });
});
