import { type EventDraft, NodePath, type RunEvent, RunId } from "@dad/protocol";
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
  return tree.items().map(({ path, status, iterations }) => `${path} ${status}${iterations === undefined ? "" : ` ${iterations}`}`);
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
});
