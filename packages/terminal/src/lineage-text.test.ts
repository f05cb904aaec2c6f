import { digestOfJson, type Lineage, type LineageNode, NodePath, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { lineageText } from "./lineage-text.ts";
import { unpainted } from "./paint.ts";

const path = (text: string) => NodePath.parse(text);
const id = (text: string) => RunId.parse(text);
const ref = (seq: number, at: string, runId = "one") => ({ runId: id(runId), seq, attempt: 1, path: path(at) });
const read = (at: string, ...nodes: ReturnType<typeof ref>[]) => ({ path: path(at), how: "read" as const, nodes });

function node(seq: number, at: string, more: Partial<LineageNode> = {}): LineageNode {
  return {
    ...ref(seq, at),
    recordedIn: id("one"),
    status: "completed",
    decision: "executed",
    nodeType: "step",
    startedAt: "2026-11-22T07:34:43.000Z",
    durationMs: 98,
    fingerprint: { digest: digestOfJson(at), code: { type: "step", version: "1" } },
    usage: null,
    result: { mediaType: "application/json", digest: digestOfJson(at), size: 12 },
    attempts: [],
    given: [],
    set: [],
    inputs: [],
    ...more,
  };
}

function lineage(nodes: LineageNode[], more: Partial<Lineage> = {}): Lineage {
  const here = { seq: 9, attempt: 1, decision: "executed" as const, at: "2026-11-22T07:34:43.000Z" };
  const runs = [{ runId: id("one"), record: "there" as const }];
  return { format: "dad.lineage/1", runId: id("one"), path: nodes[0]!.path, here, artifacts: [], depth: 10, runs, nodes, ...more };
}

const textOf = (told: Lineage) => lineageText(told, { paint: unpainted, command: (...options) => ["dad why one x", ...options].join(" ") });
const treeOf = (nodes: LineageNode[]) => textOf(lineage(nodes)).split("\n\n")[1]?.split("\n");
const digest = (at: string) => digestOfJson(at).slice(0, 19);

describe("lineageText", () => {
  it("says what was asked for, who made it and with what", () => {
    const made = node(3, "main.plan", {
      attempt: 2,
      attempts: [{ attempt: 1, status: "failed", startedAt: null, durationMs: 1, error: { code: "NODE_FAILED", message: "no\nluck" } }],
      fingerprint: {
        digest: digestOfJson(1),
        code: { type: "ai_model", version: "1", source: digestOfJson(2) },
        resources: { "model.writer": { identity: { baseURL: "https://p.example" }, modelId: "m", provider: "p" }, "secret.key": "[secret env:KEY]" },
        workspace: "tree1",
      },
      writers: [{ ...ref(2, "main.note", "zero"), commit: "c1" }],
      outcome: { branch: "run/one", commit: "c2", tree: "tree2" },
      usage: { inputTokens: 12, outputTokens: 3, costUsd: null, recorded: { calls: 1, inputTokens: 7, outputTokens: 1 } },
      given: [{ path: "main", runId: id("zero"), at: "2026-11-21T07:00:00.000Z" }],
      set: ["settings.temperature"],
    });
    const artifact = { name: "outcome", path: "main/plan/outcome.json", mediaType: "application/json", digest: digestOfJson(1), size: 12 } as never;
    expect(textOf(lineage([made], { artifact }))).toBe(
      [
        "main.plan/outcome",
        `  artifact  application/json, 12 B, ${digestOfJson(1)}`,
        "  run       one, which executed it",
        "  node      main.plan, attempt 2",
        "  status    ✔ completed",
        "  when      2026-11-22 07:34:43Z, took 98ms",
        String.raw`  before    attempt 1 failed (NODE_FAILED: no\nluck)`,
        `  code      ai_model 1, source ${digestOfJson(2)}`,
        '  resource  model.writer p/m {"identity":{"baseURL":"https://p.example"}}',
        '  resource  secret.key "[secret env:KEY]"',
        "  files     saw tree tree1",
        "            changed by main.note in commit c1, executed in zero",
        "  commit    c2, tree tree2",
        "  tokens    12 in, 3 out",
        "  recorded  1 reply, 7 in, 1 out (nothing paid)",
        "  cost      unknown",
        "  given     variables of main from outside, for run zero (2026-11-21 07:00:00Z)",
        "  set       settings.temperature, for run one",
        "",
        "made of no other node",
      ].join("\n"),
    );
  });

  it("shows by which re-runs a result came, and which of the runs are gone", () => {
    const runs = [
      { runId: id("three"), record: "there" as const },
      { runId: id("two"), record: "gone" as const },
      { runId: id("one"), record: "gone" as const },
    ];
    const text = textOf(
      lineage([node(3, "main.plan", { recordedIn: id("three"), startedAt: null, durationMs: null })], { runId: id("three"), runs }),
    );
    expect(text).toContain(
      [
        "  run       three ← re-run of two (of which nothing is kept) ← re-run of one (of which nothing is kept), which executed it",
        "            what is told of the node is what three has recorded of it",
      ].join("\n"),
    );
    expect(text).toContain("  when      not recorded\n");
  });

  it("says what was not recorded", () => {
    const text = textOf(lineage([node(3, "main.plan", { fingerprint: undefined, startedAt: null, durationMs: null, inputs: null })]));
    expect(text).toContain(
      "  when      not recorded\n  code      step (its version was not recorded)\n\nmade of\n└─ what it was made of is not recorded",
    );
  });

  it("draws what it was made of as a tree, in which what is shared is told once", () => {
    const each = { ...read("main.each", ref(2, "main.each.iter_0.say"), ref(3, "main.each.iter_1.say")), kind: "map" };
    const list = read("main.list", ref(1, "main.list", "zero"));
    expect(
      treeOf([
        node(5, "main.sum", { inputs: [each, { ...read("main.check", ref(4, "main.check")), how: "decided" }] }),
        node(2, "main.each.iter_0.say", { inputs: [list] }),
        node(3, "main.each.iter_1.say", { inputs: [list] }),
        node(4, "main.check", { inputs: null }),
        node(1, "main.list", { runId: id("zero") }),
      ]),
    ).toEqual([
      "made of",
      "├─ main.each [map]",
      `│  ├─ main.each.iter_0.say            ${digest("main.each.iter_0.say")}`,
      `│  │  └─ main.list                    ${digest("main.list")}  of zero`,
      `│  └─ main.each.iter_1.say            ${digest("main.each.iter_1.say")}`,
      `│     └─ main.list                    ${digest("main.list")}  of zero, see above`,
      `└─ main.check (decided that it runs)  ${digest("main.check")}`,
      "   └─ what it was made of is not recorded",
    ]);
  });

  it("shows of much the beginning, and how to see more", () => {
    const many = Array.from({ length: 25 }, (_, n) => ref(n + 10, `main.each.iter_${n}.say`));
    const wide = treeOf([node(99, "main.sum", { inputs: [{ ...read("main.each", ...many), kind: "map" }] })]);
    expect([wide?.length, wide?.at(-1)]).toEqual([23, "   └─ … and 5 more nodes"]);
    const long = Array.from({ length: 210 }, (_, n) => read(`main.n${n}`, ref(n + 10, `main.n${n}`)));
    expect(treeOf([node(999, "main.sum", { inputs: long })])?.at(-1)).toBe("… and 10 more lines: dad why one x --json");
    expect(treeOf([node(9, "main.sum", { cut: 3 })])).toEqual(["made of", "└─ … 3 more", "… further away: dad why one x --depth 21"]);
  });

  it("says so when a block gave nothing, and when a node gave none", () => {
    const failed = node(2, "main.lost", { status: "failed", result: null });
    expect(
      treeOf([node(5, "main.sum", { inputs: [{ ...read("main.if"), kind: "conditional" }, read("main.lost", ref(2, "main.lost"))] }), failed]),
    ).toEqual(["made of", "├─ main.if [conditional]", "│  └─ no node in it gave anything", "└─ main.lost              failed"]);
  });
});
