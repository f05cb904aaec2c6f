import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cyclesOf, type Graph } from "./graph.ts";

const graph = (edges: Record<string, string[]>): Graph => new Map(Object.entries(edges));

describe("cyclesOf", () => {
  it("finds nothing in a tree that shares nodes", () => {
    expect(cyclesOf(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toEqual([]);
  });

  it("finds a long cycle, two that touch, and a node that points to itself", () => {
    expect(cyclesOf(graph({ a: ["b"], b: ["c"], c: ["a"], d: ["d"], e: ["a"] })).map((cycle) => cycle.toSorted())).toEqual([["a", "b", "c"], ["d"]]);
    expect(cyclesOf(graph({ a: ["b", "c"], b: ["a"], c: ["a"] })).map((cycle) => cycle.toSorted())).toEqual([["a", "b", "c"]]);
  });

  it("follows edges to nodes that have none of their own", () => {
    expect(cyclesOf(graph({ a: ["gone"] }))).toEqual([]);
  });

  it("agrees with reachability: nodes share a cycle when each reaches the other", () => {
    const nodes = ["a", "b", "c", "d", "e"];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes)), { maxLength: 12 }), (edges) => {
        const sample = new Map(nodes.map((node) => [node, edges.filter(([from]) => from === node).map(([, to]) => to)]));
        const knotted = nodes.filter((node) => reachable(sample, node).has(node));
        expect(cyclesOf(sample).flat().toSorted()).toEqual(knotted);
      }),
    );
  });
});

function reachable(sample: Graph, start: string): Set<string> {
  const seen = new Set<string>();
  const open = [...(sample.get(start) ?? [])];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...(sample.get(node) ?? []));
  }
  return seen;
}
