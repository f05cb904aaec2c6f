import { digestOfBytes, type EventDraft, ExecutionId, InputId, InputKey, NodePath, type RunEvent, RunId, type Usage } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { runTree } from "./run-tree.ts";

const at = (path: string) => NodePath.parse(path);
const told = (draft: EventDraft): RunEvent => ({ ...draft, runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z" });

/** `+path` starts a component, `-path` completes it, `*path` starts a node. */
function treeAfter(...steps: string[]) {
  const tree = runTree();
  for (const step of steps) {
    const path = at(step.slice(1));
    if (step.startsWith("+")) tree.add(told({ type: "component.started", path, kind: "flow" }), 0);
    else if (step.startsWith("-")) tree.add(told({ type: "component.completed", path, durationMs: 1 }), 0);
    else tree.add(told({ type: "node.started", path, attempt: 1, nodeType: "x" }), 0);
  }
  return tree.items().map(({ path, status, done }) => `${path} ${status}${done === undefined ? "" : ` ${done}`}`);
}

describe("the tree of a run", () => {
  it("has each element below what it is in, also when branches start in turns", () => {
    expect(treeAfter("+a", "+a.both", "+a.both.l", "+a.both.r", "*a.both.l.x", "*a.both.r.y", "*a.both.l.z")).toEqual(
      ["a", "a.both", "a.both.l", "a.both.l.x", "a.both.l.z", "a.both.r", "a.both.r.y"].map((path) => `${path} running`),
    );
  });

  it("leaves out what is in a component that completed", () => {
    expect(treeAfter("+a", "+a.f", "*a.f.x", "-a.f", "*a.y")).toEqual(["a running", "a.f completed", "a.y running"]);
  });

  it("counts iterations that completed instead of showing them", () => {
    const iterations = [0, 1, 2].flatMap((index) => [`+a.each.iter_${index}`, `*a.each.iter_${index}.x`, `-a.each.iter_${index}`]);
    expect(treeAfter("+a", "+a.each", ...iterations, "+a.each.iter_3")).toEqual(["a running", "a.each running 3", "a.each.iter_3 running"]);
  });

  it("keeps the count of a loop that completes", () => {
    expect(treeAfter("+a", "+a.each", "+a.each.iter_0", "-a.each.iter_0", "-a.each")).toEqual(["a running", "a.each completed 1"]);
  });

  it("only counts the first of many elements that are over in one component", () => {
    const many = Array.from({ length: 100 }, (_, at) => [`+a.f${at}`, `-a.f${at}`]).flat();
    const items = treeAfter("+a", ...many, "*a.last");
    expect([items.length, items[0], items[1], items.at(-1)]).toEqual([42, "a running 60", "a.f60 completed", "a.last running"]);
  });

  it("is as large after any number of iterations of which some failed", () => {
    const tree = runTree();
    tree.add(told({ type: "component.started", path: at("a"), kind: "for_each" }), 0);
    for (let index = 0; index < 1000; index++) {
      tree.add(told({ type: "component.started", path: at(`a.iter_${index}`), kind: "flow" }), 0);
      tree.add(told({ type: "node.started", path: at(`a.iter_${index}.x`), attempt: 1, nodeType: "x" }), 0);
      tree.add(told({ type: "component.failed", path: at(`a.iter_${index}`), durationMs: 1, error }), 0);
    }
    expect(tree.items().length).toBe(81);
    expect(tree.items()[0]).toMatchObject({ done: 960, failed: 960 });
  });

  it("says of a node that failed that it is tried again, and of its next attempt which one that is", () => {
    const tree = runTree();
    const node = { path: at("a"), attempt: 1 };
    tree.add(told({ ...node, type: "node.started", nodeType: "x" }), 0);
    tree.add(told({ ...node, type: "node.failed", durationMs: 1, artifacts: [], error }), 10);
    tree.add(told({ ...node, type: "attempt.retried", delayMs: 500 }), 10);
    expect(tree.items()).toMatchObject([{ status: "waiting", retryAt: 510 }]);
    tree.add(told({ ...node, attempt: 2, type: "node.started", nodeType: "x" }), 510);
    expect(tree.items()).toEqual([{ path: "a", status: "running", since: 510, attempt: 2 }]);
  });

  it("keeps what nobody has answered, until somebody has or none is needed", () => {
    const tree = runTree();
    const asked = (key: string) => tree.add(told(question(key)), 0);
    for (const key of ["a", "b", "c", "d"]) asked(key);
    const by = { channel: "cli", at: "2026-11-22T07:34:43.000Z" };
    tree.add(told({ type: "input.answered", path: at("n"), request: InputId.parse("n:a"), question: DIGEST, by }), 0);
    tree.add(told({ type: "input.cancelled", path: at("n"), request: InputId.parse("n:b") }), 0);
    tree.add(told({ type: "input.expired", path: at("n"), request: InputId.parse("n:c"), onTimeout: "wait" }), 0);
    tree.add(told({ type: "input.expired", path: at("n"), request: InputId.parse("n:d"), onTimeout: "deny" }), 0);
    expect(tree.requests.all().map(({ id }) => id)).toEqual(["n:c"]);
  });

  it("adds up what was used, but for what is reused, and knows that an unknown cost makes the sum unknown", () => {
    const tree = runTree();
    const ends = (usage: Usage, decision: "executed" | "reused" = "executed") =>
      tree.add(told({ type: "node.completed", path: at("n"), attempt: 1, durationMs: 1, artifacts: [], decision, usage }), 0);
    const used = { inputTokens: 1, outputTokens: 1, costUsd: 0.25 };
    tree.add(told({ type: "run.started", executionId: ExecutionId.parse("00000000-0000-4000-8000-000000000000"), rootComponentId: "n" }), 0);
    ends(used);
    ends(used, "reused");
    ends(used);
    expect(tree.total()).toMatchObject({ usage: { costUsd: 0.5 }, isResumed: false });
    ends({ ...used, costUsd: null });
    expect(tree.total()).toMatchObject({ usage: { costUsd: null } });
  });

  it("has nothing that runs when the run is gone on with, before it is started again", () => {
    const tree = runTree();
    tree.add(told({ type: "component.started", path: at("a"), kind: "agent" }), 0);
    tree.add(told({ type: "node.started", path: at("a.x"), attempt: 1, nodeType: "x" }), 0);
    tree.add(told({ type: "run.resumed", from: "interrupted" }), 0);
    tree.add(told({ type: "component.started", path: at("a"), kind: "agent" }), 0);
    expect(tree.items().map(({ status }) => status)).toEqual(["running", "interrupted"]);
  });
});

const error = { code: "X", message: "m", retryable: false };
const DIGEST = digestOfBytes("");

function question(key: string): EventDraft {
  const id = InputId.parse(`n:${key}`);
  const request = { id, path: at("n"), key: InputKey.parse(key), prompt: "?", schema: {}, question: DIGEST };
  return { type: "input.requested", path: at("n"), attempt: 1, request };
}
