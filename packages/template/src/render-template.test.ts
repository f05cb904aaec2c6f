import type { Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { MAX_RENDERED_LENGTH } from "./limits.ts";
import { parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import { type Scope, scopeOf } from "./scope.ts";

const scope = scopeOf(
  { name: "Ada", count: 3, none: null, list: ["a", { b: true }], nested: { "a b": 1, "0": "zero" } },
  { plan: { operations: [{ path: "x.ts" }], summary: "do" }, "flow.plan": "inner" },
);

function render(text: string, within: Scope = scope): Json {
  return renderTemplate(parseTemplate(text), within);
}

function errorOf(text: string, within: Scope = scope): TemplateError {
  try {
    render(text, within);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${text} renders`);
}

const json = fc.jsonValue().map((value) => value as Json);
const payload = fc
  .array(fc.oneof(fc.constantFrom("$expr{secret}", "$var{secret}", "$expr{$hier{secret}}", "$$var{secret}", "$", "{", "}"), fc.string()), {
    maxLength: 6,
  })
  .map((parts) => parts.join(""));

describe("renderTemplate", () => {
  it.each([
    ["Hello $var{name}!", "Hello Ada!"],
    ["$var{name}$var{name}", "AdaAda"],
    ["$var{ name }", "Ada"],
    ["$var{list[0]}", "a"],
    ["$var{list[1].b}", "true"],
    ['$var{nested["a b"]}', "1"],
    ["n=$expr{count}", "n=3"],
    ["$expr{list} ", '["a",{"b":true}] '],
    ["$expr{$hier{plan}.summary} it", "do it"],
    ["$expr{$hier{flow.plan}}.", "inner."],
    ["none: $var{none}", "none: null"],
  ])("renders %j as %j", (text, rendered) => {
    expect(render(text)).toBe(rendered);
  });

  it("keeps the type of a value when one $expr{…} is the whole template", () => {
    expect(render("$expr{count}")).toBe(3);
    expect(render("$expr{ none }")).toBe(null);
    expect(render("$expr{$hier{plan}.operations}")).toEqual([{ path: "x.ts" }]);
  });

  it("always gives text for $var{…}", () => {
    expect(render("$var{count}")).toBe("3");
    expect(render("$var{list}")).toBe('["a",{"b":true}]');
  });

  it("gives equal texts for equal values", () => {
    expect(render("$var{v}", scopeOf({ v: { b: 1, a: 2 } }))).toBe(render("$var{v}", scopeOf({ v: { a: 2, b: 1 } })));
  });

  it("takes an index as a key of an object", () => {
    expect(render("$expr{nested[0]}")).toBe("zero");
  });

  it.each([
    ["Hi $var{nmae}", 9, { problem: 'there is no variable "nmae"; did you mean "name"?', suggestion: "name" }],
    ["$expr{$hier{plna}}", 7, { problem: 'there is no result of a node "plna"; did you mean "plan"?', suggestion: "plan" }],
    ["$expr{$hier{plan}.sumary}", 18, { problem: '$hier{plan} has no .sumary; did you mean "summary"?', suggestion: "summary" }],
    ["$expr{list[2]}", 11, { problem: "list has no [2]: it is a list of 2", suggestion: undefined }],
    ['$expr{list["0"]}', 11, { problem: 'list has no ["0"]: it is a list of 2', suggestion: undefined }],
    ["$expr{none.x}", 11, { problem: "none has no .x: it is null", suggestion: undefined }],
    ["$expr{count.x}", 12, { problem: "count has no .x: it is a number", suggestion: undefined }],
    ["$expr{nested.zzzzz}", 13, { problem: 'nested has no .zzzzz; there are "0", "a b"', suggestion: undefined }],
  ])("refuses %j at column %i", (text, column, { problem, suggestion }) => {
    const error = errorOf(text);
    expect(error.code).toBe("TEMPLATE_REFERENCE_UNKNOWN");
    expect(error.position?.column).toBe(column);
    expect(error.problem).toContain(problem);
    expect(error.details["suggestion"]).toBe(suggestion);
  });

  it("says so when there is nothing to refer to", () => {
    expect(errorOf("$var{a}", scopeOf({})).problem).toBe('there is no variable "a"; there is none');
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "at", "push"])("does not see the inherited %s of anything", (key) => {
    for (const root of [key, `name.${key}`, `count.${key}`, `list.${key}`, `list["${key}"]`, `nested.${key}`, `$hier{plan}.${key}`]) {
      expect(errorOf(`$expr{${root}}`).code).toBe("TEMPLATE_REFERENCE_UNKNOWN");
    }
  });

  it("sees members that bear such names as data", () => {
    expect(render("$expr{v.__proto__.constructor}", scopeOf({ v: JSON.parse('{"__proto__":{"constructor":1}}') as Json }))).toBe(1);
  });

  it("refuses values that have no JSON text", () => {
    const error = errorOf("x: $var{v}", scopeOf({ v: ["\ud800"] }));
    expect(error).toMatchObject({ code: "TEMPLATE_VALUE_INVALID", position: { column: 4 } });
  });

  it("refuses a value that is nested too deeply for a text", () => {
    let deep: Json = 1;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    expect(errorOf("x: $var{deep}", scopeOf({ deep }))).toMatchObject({ code: "TEMPLATE_LIMIT_EXCEEDED", position: { column: 4 } });
    expect(render("$expr{deep}", scopeOf({ deep }))).toBe(deep);
  });

  it("has a limit for the text that comes out", () => {
    const big = "x".repeat(MAX_RENDERED_LENGTH / 2);
    expect(render("$var{big}$var{big}", scopeOf({ big }))).toHaveLength(MAX_RENDERED_LENGTH);
    expect(errorOf("$var{big}$var{big}!", scopeOf({ big })).code).toBe("TEMPLATE_LIMIT_EXCEEDED");
  });

  it("never reads a value as a template", () => {
    fc.assert(
      fc.property(payload, fc.constantFrom("var", "expr"), (value, form) => {
        const looked: string[] = [];
        const watched: Scope = {
          variable: (name) => (looked.push(name), name === "value" ? value : "LEAKED"),
          node: (path) => (looked.push(path), "LEAKED"),
          variables: () => [],
          nodes: () => [],
        };
        expect(render(`<$${form}{value}>`, watched)).toBe(`<${value}>`);
        expect(render(`$${form}{value}`, watched)).toBe(value);
        expect(looked).toEqual(["value", "value"]);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives back every JSON value unchanged when it is the whole template", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(render("$expr{value}", scopeOf({ value }))).toBe(value);
      }),
    );
  });
});
