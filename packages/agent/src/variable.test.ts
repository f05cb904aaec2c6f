import type { Json } from "@dad/protocol";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { agent, flow } from "./component.ts";
import type { Reference } from "./reference.ts";
import { refusal, shout } from "./testing-nodes.ts";
import { variable } from "./variable.ts";

describe("a variable", () => {
  it("without a value is known as required before anything runs (D-51)", () => {
    const text = z.string();
    const { variables } = flow("f", { variables: { task: variable(text), any: variable(), tone: "neutral", none: null } });
    expect(variables).toEqual({ task: { schema: text }, any: {}, tone: { default: "neutral" }, none: { default: null } });
    expect(Object.entries(variables).flatMap(([name, { default: value }]) => (value === undefined ? [name] : []))).toEqual(["task", "any"]);
  });

  it("keeps its schema and its default, frozen", () => {
    const given = { tags: ["a"] };
    const { variables } = flow("f", { variables: { a: variable(z.object({ tags: z.array(z.string()) }), given) } });
    given.tags.push("b");
    expect(variables["a"]?.default).toEqual({ tags: ["a"] });
    expect([variables, variables["a"], variables["a"]?.default].every(Object.isFrozen)).toBe(true);
  });

  it("may have the same declaration in several components", () => {
    const task = variable(z.string(), "x");
    const [one, other] = [flow("f", { variables: { task } }), agent("a", { variables: { other: task, task } })];
    expect(other.variables).toEqual({ other: one.variables["task"], task: one.variables["task"] });
  });

  it("has the type of its schema, or of its default widened", () => {
    const declared = { task: variable(z.string()), depth: variable(z.int(), 3), any: variable() };
    flow("f", { variables: { ...declared, tone: "neutral", list: [{ a: [1] }], none: null, empty: [], on: true } }).node("a", (_nodes, variables) => {
      expectTypeOf(variables.task).toEqualTypeOf<Reference<string>>();
      expectTypeOf(variables.depth).toEqualTypeOf<Reference<number>>();
      expectTypeOf(variables.tone).toEqualTypeOf<Reference<string>>();
      expectTypeOf(variables.on).toEqualTypeOf<Reference<boolean>>();
      expectTypeOf(variables.any).toEqualTypeOf<Reference<Json>>();
      expectTypeOf(variables.list).toEqualTypeOf<Reference<readonly { readonly a: readonly number[] }[]>>();
      expectTypeOf(variables.none).toEqualTypeOf<Reference<Json>>();
      expectTypeOf(variables.empty).toEqualTypeOf<Reference<readonly Json[]>>();
      // @ts-expect-error -- a number is no text
      return shout({ text: variables.depth });
    });
    // @ts-expect-error -- there is no variable "taks"
    expect(() => flow("f", { variables: { task: "" } }).node("a", (_nodes, variables) => shout({ text: variables.taks }))).toThrow(
      'no variable "taks"',
    );
    // @ts-expect-error -- a default fits its schema
    expect(() => variable(z.string(), 7)).not.toThrow();
  });

  it("is what its schema makes of what is given for it: of what may be left out, and of texts that stand for numbers", () => {
    const declared = { opts: variable(z.object({ depth: z.int().default(3) }), {}), count: variable(z.string().transform(Number)) };
    const inner = flow("f", { variables: declared }).node("a", (_nodes, { opts, count }) => {
      expectTypeOf(opts.depth).toEqualTypeOf<Reference<number>>();
      expectTypeOf(count).toEqualTypeOf<Reference<number>>();
      return shout({ text: "", times: opts.depth });
    });
    // What is kept is what was given: a run makes the value of it.
    expect(inner.variables["opts"]?.default).toEqual({});
    expect(inner.with({ opts: {}, count: "7" }).bindings).toEqual({ opts: {}, count: "7" });
    // @ts-expect-error -- what is given for it is a text
    expect(inner.with({ count: 7 }).bindings).toEqual({ count: 7 });
  });

  it.each<[string, () => unknown, string]>([
    ["of which its schema makes no data", () => flow("f", { variables: { at: variable(z.coerce.date(), "2020-01-01") } }), "does not fit: "],
    ...["true", "false", "null", "undefined", "in", "True"].map((word): [string, () => unknown, string] => [
      `that is called ${word}, which is none in a template`,
      () => flow("f", { variables: { [word]: 1 } }),
      `flow "f" cannot have the variable "${word}": that is a word of templates`,
    ]),
    ["of a loop that is called null", () => flow("f").map("m", { items: [1], item: "null", body: flow("b") }), 'cannot have the variable "null"'],
    [
      "with a default that does not fit",
      () => flow("f", { variables: { n: variable(z.int(), 1.5) } }),
      'the default of the variable "n" of flow "f" does not fit: Invalid input',
    ],
    [
      "with a member in its default that does not fit",
      () => agent("a", { variables: { n: variable(z.object({ a: z.int() }), { a: "x" } as never) } }),
      'of agent "a" does not fit: a: Invalid input',
    ],
    ["that is undefined", () => flow("f", { variables: { n: undefined as never } }), 'the variable "n" of flow "f" is undefined: give it a value'],
    ["with a default that is no data", () => flow("f", { variables: { n: variable(z.date(), new Date(0)) } }), "is a Date"],
    ["that no template could name", () => flow("f", { variables: { "a-b": variable() } }), 'flow "f" cannot have the variable "a-b"'],
  ])("%s is refused", (_what, make, text) => {
    expect(refusal(make)).toContain(text);
  });
});

describe("values for the variables of a component", () => {
  const fix = flow("fix", { variables: { task: variable(z.string()), depth: 3 } });

  it("are data of its use, where references and templates may stand", () => {
    const definition = agent("a", { variables: { task: "x" } })
      .node("say", shout({ text: "" }))
      .component("one", (nodes, variables) => fix.with({ task: `${variables.task}: ${nodes.say.text}`, depth: 2 }))
      .component("two", fix);
    expect(definition.elements.slice(1).map(({ bindings }) => bindings)).toEqual([
      { task: "$expr{task}: $expr{$hier{say}.text}", depth: 2 },
      undefined,
    ]);
    expect(Object.isFrozen(definition.elements[1]?.bindings)).toBe(true);
    expect(definition.elements[1]?.definition).toMatchObject({ kind: "flow", id: "fix" });
  });

  it("leave the component as it is, and are the last that were given", () => {
    expect(fix.with({ depth: 2 })).toMatchObject({
      kind: "bound",
      component: { id: "fix", variables: { depth: { default: 3 } } },
      bindings: { depth: 2 },
    });
    expect(fix.variables["depth"]?.default).toBe(3);
  });

  it("do not compile for a variable that is not there, and are refused by name", () => {
    // @ts-expect-error -- there is no variable "taks"
    expect(refusal(() => fix.with({ taks: "x" }))).toBe(
      'flow "fix" has no variable "taks" to give a value for; did you mean "task"? there are "task", "depth"',
    );
    const written = { kind: "bound", component: fix, bindings: { dept: 1 } } as never;
    expect(refusal(() => agent("a").component("x", written))).toContain('flow "fix" in "x" of agent "a" has no variable "dept"');
  });

  it("do not compile when they have another type", () => {
    // @ts-expect-error -- a number is no text
    expect(fix.with({ task: 7 }).bindings).toEqual({ task: 7 });
    const made = agent("a", { variables: { list: ["x"] } });
    // @ts-expect-error -- a list is no number
    expect(made.component("x", (_nodes, { list }) => fix.with({ depth: list })).elements).toHaveLength(1);
  });

  it("are refused when JSON cannot carry them", () => {
    expect(refusal(() => fix.with({ task: (() => "x") as never }))).toContain('task of what is given to flow "fix" is a function');
  });

  it("are none of a node", () => {
    expect(refusal(() => flow("f").node("x", fix.with({ depth: 1 }) as never))).toBe(
      '"x" of flow "f" cannot be the flow "fix" with values for its variables: it takes a node',
    );
  });
});
