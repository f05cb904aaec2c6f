import { type ComparedAttempt, type NodeComparison, NodePath, type RunComparison, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { comparisonText } from "./comparison-text.ts";
import { unpainted } from "./paint.ts";

const NOTHING = { durationMs: null, inputTokens: null, outputTokens: null, costUsd: null };
const run = (runId: string): RunComparison["before"] => ({
  runId: RunId.parse(runId),
  rootComponentId: "coder",
  status: "completed",
  startedAt: "2026-11-22T07:34:43.000Z",
  durationMs: 3200,
  usage: { inputTokens: 1234, outputTokens: 567, costUsd: 0.0123 },
  executed: 3,
  reused: 0,
  failed: 0,
});
const attempt: ComparedAttempt = { nodeType: "ai_model", status: "completed", decision: "executed", durationMs: 98, usage: null };

function node(path: string, differences: Partial<NodeComparison> = {}): NodeComparison {
  const same = { attempt: 1, differs: [], before: attempt, after: attempt, delta: NOTHING, fingerprint: [], artifacts: [], notCompared: [] };
  return { path: NodePath.parse(path), ...same, ...differences };
}

function comparison(more: Partial<RunComparison> = {}): RunComparison {
  const [before, after] = [run("one"), run("two")];
  return { format: "dad.comparison/1", differs: true, before, after, delta: NOTHING, nodes: [], outcome: null, ...more };
}

const textOf = (more: Partial<RunComparison> = {}) =>
  comparisonText(comparison(more), { paint: unpainted, command: (...options) => ["dad diff one two", ...options].join(" ") });
/** What comes after the totals. */
const bodyOf = (more: Partial<RunComparison>) => textOf(more).split("\n\n").slice(1).join("\n\n").split("\n");

describe("comparisonText", () => {
  it("begins with what the runs were as a whole, and says by how much that changed", () => {
    const after = { ...run("two"), status: "failed" as const, failed: 1, usage: { ...run("two").usage, costUsd: null }, durationMs: 2200 };
    const error = { code: "NODE_FAILED", message: "no luck" };
    const delta = { durationMs: -1000, inputTokens: 6, outputTokens: 0, costUsd: null };
    expect(textOf({ after: { ...after, error }, delta, nodes: [node("coder.plan")] })).toBe(
      [
        "          BEFORE             AFTER",
        "run       one                two",
        "agent     coder              coder",
        "status    completed          failed",
        "tokens    1,234 in, 567 out  1,234 in, 567 out  +6 in",
        "cost      $0.0123            unknown",
        "took      3.2s               2.2s               -1.0s",
        "executed  3                  3",
        "reused    0                  0",
        "failed    0                  1                  +1",
        "error     none → NODE_FAILED: no luck",
        "",
        "1 node without a difference",
      ].join("\n"),
    );
  });

  it("tells what recordings say apart from what was used, as soon as one of the runs has it", () => {
    const recorded = { calls: 1, inputTokens: 1234, outputTokens: 5 };
    const usage = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded };
    const said = "1 reply, 1,234 in, 5 out (nothing paid)";
    expect(textOf({ after: { ...run("two"), usage } })).toMatch(new RegExp(`^recorded +nothing +${said.replace(/[()]/g, ".")}$`, "m"));
    const differing = node("coder.plan", {
      differs: ["usage"],
      before: { ...attempt, usage: { ...usage, recorded: undefined } },
      after: { ...attempt, usage },
    });
    expect(textOf({ nodes: [differing] })).toContain(`nothing → ${said}`);
    expect(textOf()).not.toContain("recorded");
  });

  it("shows of each node that differs how, and counts the others", () => {
    const differs = ["status" as const];
    const failed = { ...attempt, status: "failed" as const, error: { code: "NODE_FAILED", message: "no\nluck" } };
    const nodes = [
      node("coder.a"),
      node("coder.b", { differs, attempt: 2, after: failed, fingerprint: [{ component: "settings.n", before: 1 }] }),
      node("coder.c", { differs, prompt: { text: { added: 1, removed: 1, unified: "@@ -1,1 +1,1 @@\n-a\n+b\n" } } }),
      node("coder.d", { differs, output: { json: { changes: [{ path: "/x", before: "a", after: "b" }], omitted: 3 } } }),
    ];
    expect(bodyOf({ nodes })).toEqual([
      "coder.b (attempt 2)",
      "  status    completed → failed",
      "  error     none → NODE_FAILED: no luck",
      "  settings.n 1 → none",
      "",
      "coder.c",
      "  prompt",
      "    @@ -1,1 +1,1 @@",
      "    -a",
      "    +b",
      "",
      "coder.d",
      "  output",
      '    /x "a" → "b"',
      "    … and 3 more changes",
      "",
      "1 node without a difference",
    ]);
  });

  it("shows tool calls, artifacts, and what could not be compared, each in its line", () => {
    const content = { digest: `sha256:${"0".repeat(64)}` as never, size: 12, path: "x" };
    const steps = [
      { kind: "same" as const, tool: "read", input: { path: "a" } },
      { kind: "added" as const, tool: "write\nx", input: null },
    ];
    const artifacts = [
      { name: "out", before: content, after: { ...content, size: 14_000 } },
      { name: "gone", before: content },
    ];
    const notCompared = [{ name: "reply", reason: "missing" as const }];
    expect(bodyOf({ nodes: [node("coder.a", { differs: ["toolCalls"], toolCalls: { steps, omitted: 0 }, artifacts, notCompared })] })).toEqual([
      "coder.a",
      "  tool calls",
      '      read {"path":"a"}',
      String.raw`    + write\nx null`,
      "  artifact  out changed (12 B → 14.0 kB)",
      "  artifact  gone only before (12 B)",
      "  differs   reply; how is not told: its content is nowhere",
    ]);
  });

  it("bounds all changes of a value together, the lines of its texts included", () => {
    const text = { added: 30, removed: 0, unified: `@@ -0,0 +1,30 @@\n${"+line\n".repeat(30)}` };
    const change = { path: "/log", before: "", after: "", text };
    const lines = bodyOf({ nodes: [node("coder.a", { differs: ["output"], output: { json: { changes: [change, change], omitted: 0 } } })] });
    expect([lines.length, lines[2], lines[4], lines.at(-1)]).toEqual([
      15,
      "    /log",
      "      +line",
      "    … and 52 more lines: dad diff one two --node coder.a",
    ]);
  });

  it("says which run an attempt is missing from", () => {
    const nodes = [node("coder.a", { differs: ["presence"], after: undefined }), node("coder.b", { differs: ["presence"], before: undefined })];
    expect(bodyOf({ nodes })).toEqual(["coder.a: only before (completed)", "", "coder.b: only after (completed)"]);
  });

  it("shows the beginning of a long diff with the command that shows more, and all that a terminal takes of a node that was asked for", () => {
    const unified = `@@ -1,0 +1,60 @@\n${"+line\n".repeat(60)}`;
    const nodes = [node("coder.a", { differs: ["output"], output: { text: { added: 60, removed: 0, unified } } })];
    const lines = bodyOf({ nodes });
    expect([lines.length, lines.at(-1)]).toEqual([15, "    … and 49 more lines: dad diff one two --node coder.a"]);
    expect(bodyOf({ nodes, node: NodePath.parse("coder.a") })).toHaveLength(63);
  });

  it("shows of many nodes that differ the first, and says how to see all", () => {
    const nodes = Array.from({ length: 50 }, (_, n) => node(`coder.each.iter_${n}`, { differs: ["usage"] }));
    expect(bodyOf({ nodes }).at(-1)).toBe("… and 10 more that differ: dad diff one two --html diff.html");
  });

  it("tells how the files differ, or why that is not known", () => {
    const changes = [{ path: "a\nb", kind: "added" as const }];
    const outcome = { before: null, after: null, changes, patch: "diff --git a/a b/a\n+x\n" };
    expect(bodyOf({ outcome, nodes: [node("a")] }).slice(2)).toEqual(["outcome", String.raw`  A a\nb`, "diff --git a/a b/a", "+x"]);
    expect(bodyOf({ outcome: { before: null, after: null, changes: null, reason: "no commit" } }).at(-1)).toBe(
      "outcome: it is not known how the files differ: no commit",
    );
  });
});
