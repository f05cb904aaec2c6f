import { describe, expect, it } from "vitest";
import { parseTemplate } from "./parse-template.ts";
import { type TemplateReference, templateReferences } from "./references.ts";

function references(text: string): readonly TemplateReference[] {
  return templateReferences(parseTemplate(text));
}

/** `name.accessors`, with `?` behind what is optional. */
function short(expression: string): readonly string[] {
  return references(`$expr{${expression}}`).map(({ kind, name, accessors, optional }) => {
    return [kind === "node" ? `$${name}` : name, ...accessors].join(".") + (optional ? "?" : "");
  });
}

describe("templateReferences", () => {
  it("names variables and nodes with their accessors and positions, in order", () => {
    expect(references('$var{task}\n$expr{ $hier{ flow.plan } .operations[0]["a b"] } $$var{no} $expr{"text"}')).toEqual([
      { kind: "variable", name: "task", accessors: [], optional: false, position: { offset: 5, line: 1, column: 6 } },
      { kind: "node", name: "flow.plan", accessors: ["operations", 0, "a b"], optional: false, position: { offset: 18, line: 2, column: 8 } },
    ]);
  });

  it.each([
    ["a + b.c * -d", ["a", "b.c", "d"]],
    ["!a ? b : [c, { d: e }]", ["a", "b", "c", "e"]],
    ["min(a, b[c].d)", ["a", "b", "c"]],
    ["a.b[0]['c'][d.e].f", ["a.b.0.c", "d.e"]],
    ["a.b?.c.d", ["a.b"]],
    ["a.b.filter(x => x.y == z).c", ["a.b", "z"]],
    ["a.map((x, i) => x + i + y)", ["a", "y"]],
    ["a.map(x => x).concat([x])", ["a", "x"]],
    ["[1].map(x => $hier{n}.list.map(y => x + y.z + x.z))", ["$n.list"]],
    ["a.b ?? c", ["a.b?", "c"]],
    ["a ?? b ?? c", ["a?", "b?", "c"]],
    ["$hier{n}.x ?? a", ["$n.x?", "a"]],
    ["(a ?? b).c ?? d", ["a?", "b", "d"]],
    ["(a.b).c ?? d", ["a.b?", "d"]],
    ["a[b].split(c) ?? d", ["a?", "b", "c", "d"]],
    ["[a] ?? b", ["a", "b"]],
    ["(a ? b : c) ?? d", ["a", "b", "c", "d"]],
  ])("finds those in %s", (expression, expected) => {
    expect(short(expression)).toEqual(expected);
  });
});
