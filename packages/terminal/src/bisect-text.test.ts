import { type BisectReport, type BisectTest, NodePath, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { bisectStepText, bisectText, bisectVerdictText } from "./bisect-text.ts";
import { unpainted } from "./paint.ts";

const runId = RunId.parse("one");
const [act, plan] = [NodePath.parse("main.act"), NodePath.parse("main.plan")];
const test = (at: number, verdict: BisectTest["verdict"], output = ""): BisectTest => ({
  at,
  commit: "c".repeat(40),
  verdict,
  exitCode: 1,
  durationMs: 98,
  output,
});
const isolation = { adapter: "bubblewrap", preset: "contained", network: "none" as const, guards: {} };
const base: BisectReport = { format: "dad.bisect/1", runId, test: "make", result: "passes", commits: 4, tests: [], isolation };
const textOf = (report: Partial<BisectReport>, next: readonly string[] = []) =>
  bisectText({ ...base, ...report }, { paint: unpainted, command: (...options) => ["dad bisect", ...options].join(" "), next });

describe("a search", () => {
  it("tells which commit is tested, and how many tests are about to be", () => {
    expect(bisectStepText({ at: 2, commit: "c", path: act, attempt: 2 }, { commits: 17, tests: 4 })).toBe(
      "commit 3 of 17, about 4 tests left: main.act#2",
    );
    expect(bisectStepText({ at: 0, commit: "c" }, { commits: 17, tests: 1 })).toBe("commit 1 of 17, the last test: the start");
    expect(bisectStepText({ at: 16, commit: "c" }, { commits: 17, tests: 6 })).toContain("the end of the run");
  });

  it("tells what a test said, and why", () => {
    expect(bisectVerdictText(test(1, "bad"), unpainted)).toBe("bad (exit code 1, 98ms)");
    expect(bisectVerdictText({ ...test(1, "bad"), exitCode: null, timedOut: true }, unpainted)).toBe("bad (ended after its time, 98ms)");
    expect(bisectVerdictText({ ...test(1, "unknown"), exitCode: 125 }, unpainted)).toBe("cannot be tested (exit code 125, 98ms)");
  });
});

describe("what a search found", () => {
  const culprit = {
    at: 2,
    commit: "c".repeat(40),
    path: act,
    attempt: 1,
    status: "completed" as const,
    decision: "reused" as const,
    made: { runId: RunId.parse("zero"), seq: 7, attempt: 1, path: act },
    changes: [{ path: "a.js", kind: "modified" as const }],
    prompt: { runId, seq: 5, attempt: 2, path: plan, text: "[user]\nDo it\n", answer: { operations: [] } },
    result: "done",
  };
  const tests = [test(3, "bad", "last"), test(2, "bad", "one\ntwo\n")];

  it("is the node, with its files, what the test wrote, what was asked and what came of it", () => {
    expect(textOf({ result: "found", culprit, tests }, ["dad why one main.act"]).split("\n")).toEqual([
      "main.act made the test fail",
      `  commit ${"c".repeat(40)}, executed in zero`,
      "  files  M a.js",
      "the test wrote",
      "  one",
      "  two",
      "prompt of main.plan#2, of which it was made",
      "  [user]",
      "  Do it",
      "answer of main.plan#2",
      "  {",
      '    "operations": []',
      "  }",
      "result of main.act",
      "  done",
      "next",
      "  dad why one main.act",
    ]);
  });

  it("tells the result of a model once, and long texts in part", () => {
    const prompt = { ...culprit.prompt, path: act, attempt: 1, text: `${"x".repeat(500)}\n${"line\n".repeat(100)}` };
    const text = textOf({ result: "found", culprit: { ...culprit, prompt }, tests });
    expect(text).toContain(`prompt of main.act\n  ${"x".repeat(400)}…\n`);
    expect(text).toContain("… and 41 more lines: dad bisect --json");
    expect(text).not.toContain("answer of");
  });

  it("may be what no node committed", () => {
    const { path: _path, attempt: _attempt, ...end } = culprit;
    expect(textOf({ result: "found", culprit: { ...end, prompt: null, result: null }, tests })).toMatch(
      /^what the run changed after the last commit of a node made the test fail\n/,
    );
  });

  it("may be one of several, which are named", () => {
    const candidates = [
      { at: 1, commit: "b".repeat(40), path: plan, attempt: 1 },
      { at: 2, commit: "c".repeat(40), path: act, attempt: 1 },
    ];
    expect(textOf({ result: "narrowed", candidates })).toBe(
      "one of these made the test fail; all but the last cannot be tested:\n  bbbbbbbbbbbb main.plan\n  cccccccccccc main.act",
    );
  });

  it.each([
    ["passes", "the test passes at the end of the run: there is nothing to find\nthe test wrote\n  why"],
    ["fails", "the test fails already at the start of the run: none of its nodes made it fail."],
    ["unknown", "the test says that it cannot tell (exit code 125) at the start or the end of the run"],
  ] as const)("may be nothing: %s", (result, text) => {
    expect(textOf({ result, tests: [test(3, "good", `${"\n".repeat(20)}why\n`)] })).toContain(text.split("\n").at(-1));
    expect(textOf({ result, tests: [test(3, "good")] })).toContain(text.split("\n")[0]);
    expect(textOf({ result, tests: [test(3, "good")] })).not.toContain("the test wrote");
  });
});
