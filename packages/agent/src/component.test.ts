import type { RunId } from "@dad/protocol";
import { DadError } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { agent, type Component, flow } from "./component.ts";
import type { AgentDefinition, FlowDefinition, OutputsOf } from "./definition.ts";
import { definitionDigest } from "./definition-digest.ts";
import { treeText } from "./definition-tree.ts";
import { defineNode } from "./node-definition.ts";
import type { Reference } from "./reference.ts";
import { refusal, scan, settingsOf, shout } from "./testing-nodes.ts";

/** Any code units, also lone surrogates. */
const utf16 = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

/** A reference to a node of which nothing is known. */
function textOf(nodes: object, id: string): Reference<string> {
  return (nodes as Readonly<Record<string, { readonly text: Reference<string> }>>)[id]!.text;
}

describe("a component", () => {
  it("collects its elements in order", () => {
    const inner = flow("inner").node("b", shout({ text: "b" }));
    const definition = agent("coder", { description: "Codes.", variables: { task: "fix" } })
      .node("a", shout({ text: "a" }))
      .component("then", inner);
    expect(definition).toMatchObject({ kind: "agent", id: "coder", description: "Codes.", variables: { task: { default: "fix" } } });
    expect(definition.elements.map((element) => [element.id, element.definition.kind])).toEqual([
      ["a", "node"],
      ["then", "flow"],
    ]);
  });

  it("gives a new definition with each call and leaves the old one as it was", () => {
    const start = flow("f").node("a", shout({ text: "a" }));
    const left = start.node("left", shout({ text: "l" }));
    const right = start.node("right", shout({ text: "r" }));
    expect([start, left, right].map(({ elements }) => elements.map(({ id }) => id))).toEqual([["a"], ["a", "left"], ["a", "right"]]);
  });

  it("may be made in a loop, with ids that are only known then", () => {
    let definition: Component<"flow"> = flow("f");
    for (const id of ["x", "y"]) definition = definition.node(id, shout({ text: id })).parallel(`${id}s`, { a: flow("a") });
    expect(definition.elements.map(({ id }) => id)).toEqual(["x", "xs", "y", "ys"]);
  });

  it("may be made of ten thousand nodes that refer to each other, without each costing as much as all before it", () => {
    let definition: Component<"flow"> = flow("f").node("n0", shout({ text: "" }));
    for (let at = 1; at < 10_000; at++) definition = definition.node(`n${at}`, (nodes) => shout({ text: textOf(nodes, `n${at - 1}`) }));
    expect(settingsOf(definition, 9999)).toEqual({ text: "$expr{$hier{n9998}.text}" });
    expect(treeText(definition).split("\n")).toHaveLength(10_001);
  });

  it("may be added to again after it was added to, whatever the others have by then", () => {
    const start = flow("f").node("a", shout({ text: "a" }));
    const left = start.node("x", shout({ text: "l" })).node("y", shout({ text: "l" }));
    const right = start.node("y", shout({ text: "r" })).node("x", (nodes) => shout({ text: Object.keys(nodes).join(" ") }));
    expect([left, right].map(({ elements }) => elements.map(({ id }) => id).join(" "))).toEqual(["a x y", "a y x"]);
    expect(settingsOf(right, 2)).toEqual({ text: "a y" });
    expect(refusal(() => right.node("X", shout({ text: "" })))).toContain('has the id "x" already');
    expect(refusal(() => start.node("z", (nodes) => shout({ text: textOf(nodes, "x") })))).toMatch(/has no element "x" to refer to; .*there is "a"$/);
  });

  it("cannot be changed, at any depth, nor through what it was made of (D-52)", () => {
    const options = { variables: { list: [1] } };
    const settings = { text: "a", files: [{ path: "x" }] };
    const definition = flow("f", options).node("a", shout(settings));
    options.variables.list.push(2);
    settings.text = "changed";
    settings.files.push({ path: "y" });
    const grown = definition.node("b", shout({ text: "b" }));
    expect(grown.variables).toEqual({ list: { default: [1] } });
    expect(settingsOf(grown, 0)).toEqual({ text: "a", files: [{ path: "x" }] });
    const parts = [
      definition,
      definition.variables,
      definition.variables["list"],
      definition.variables["list"]?.default,
      definition.elements,
      definition.elements[0],
      definition.elements[0]?.definition,
    ];
    expect(parts.every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen((settingsOf(definition, 0) as typeof settings).files[0])).toBe(true);
  });

  it("is data: making it again gives the same data and the same digest", () => {
    const make = () =>
      flow("f", { variables: { a: 1 } })
        .node("scan", scan({ directory: "." }))
        .node("say", (nodes) => shout({ text: `${nodes.scan.tree}!` }));
    expect(JSON.stringify(settingsOf(make(), 1))).toBe(JSON.stringify(settingsOf(make(), 1)));
    expect(definitionDigest(make())).toBe(definitionDigest(make()));
  });

  it.each(["", "a.b", "a/b", "..", "1a", "-a", "é", "con", "outcome", "__proto__", "x".repeat(65), "a b", "$hier{a}"])("refuses the id %j", (id) => {
    for (const work of [() => flow(id), () => agent(id), () => flow("f").node(id, shout({ text: "" })), () => flow("f").component(id, flow("g"))]) {
      expect(work).toThrow(
        expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringContaining(JSON.stringify(id)) as string, details: { id } }),
      );
    }
  });

  it.each([
    ["a", "a"],
    ["Plan", "plan"],
  ])("refuses the id %j beside %j, which would be the same place in a run (D-11)", (first, second) => {
    const definition = flow("f").node(first, shout({ text: "" }));
    expect(() => definition.node(second, shout({ text: "" }))).toThrow(`flow "f" has the id "${first}" already`);
    expect(() => definition.component(second, flow("g"))).toThrow(`flow "f" has the id "${first}" already`);
  });

  it("lets the same id stand in different components", () => {
    const inner = flow("a").node("a", shout({ text: "" }));
    expect(flow("a").component("a", inner).component("b", inner).elements).toHaveLength(2);
  });

  it("accepts or refuses any id with DefinitionError, and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), utf16), (id) => {
        let failure: unknown;
        try {
          flow("f").node(id, shout({ text: "" }));
        } catch (error) {
          failure = error;
        }
        expect(failure === undefined || DadError.is(failure, "DEFINITION_INVALID")).toBe(true);
      }),
    );
  });

  it.each(["a b", "1", "a-b", "a.b", ""])("refuses the variable %j, which no template could name", (name) => {
    expect(() => flow("f", { variables: { [name]: 1 } })).toThrow(`flow "f" cannot have the variable ${JSON.stringify(name)}`);
  });

  it("refuses variables that JSON cannot carry", () => {
    const variables = { when: { exact: new Date() } } as never;
    expect(() => flow("f", { variables })).toThrow('exact of the variable "when" of flow "f" is a Date, not a plain object');
  });

  it.each<[unknown, string]>([
    [undefined, "undefined"],
    [{}, "an object without members"],
    [Promise.resolve(), "a Promise: await it"],
  ])("refuses %o as an element", (child, text) => {
    const asNode = `"a" of flow "f" cannot be ${text}: it takes a node`;
    expect(refusal(() => flow("f").node("a", child as never))).toBe(asNode);
    expect(refusal(() => flow("f").node("a", () => child as never))).toBe(asNode);
    expect(refusal(() => flow("f").component("a", child as never))).toBe(`"a" of flow "f" cannot hold ${text}: it takes a flow`);
    expect(refusal(() => agent("f").component("a", child as never))).toBe(`"a" of agent "f" cannot hold ${text}: it takes a flow or an agent`);
  });

  it("refuses an agent in a flow, at compile time and when it is made", () => {
    // @ts-expect-error -- a flow holds nodes and flows
    expect(() => flow("f").component("a", agent("b"))).toThrow('"a" of flow "f" cannot hold the agent "b": a flow holds nodes and flows');
    // @ts-expect-error -- nor what makes one
    expect(() => flow("f").component("a", () => agent("b"))).toThrow('cannot hold the agent "b"');
    // @ts-expect-error -- nor one with values
    expect(() => flow("f").component("a", agent("b", { variables: { x: 1 } }).with({ x: 2 }))).toThrow('cannot hold the agent "b"');
    expect(agent("a").component("b", agent("b")).component("f", flow("f")).elements).toHaveLength(2);
  });
});

describe("references in a component", () => {
  it("are made for the nodes before, with the types of their outputs", () => {
    const definition = flow("f")
      .node("scan", scan({ directory: "." }))
      .node("say", (nodes) => {
        expectTypeOf(nodes.scan.tree).toEqualTypeOf<Reference<string>>();
        expectTypeOf(nodes.scan.files).toExtend<Reference<readonly { path: string; bytes: number }[]>>();
        return shout({ text: nodes.scan.tree, files: nodes.scan.files });
      });
    expect(settingsOf(definition, 1)).toEqual({ text: "$expr{$hier{scan}.tree}", files: "$expr{$hier{scan}.files}" });
    expectTypeOf<OutputsOf<typeof definition>["say"]>().toEqualTypeOf<{ text: string }>();
    expectTypeOf(definition).toExtend<FlowDefinition>();
    expectTypeOf(definition).not.toExtend<AgentDefinition>();
  });

  it("do not compile for a node that is not there, and are refused by name where nothing is compiled", () => {
    const scanned = flow("f").node("scan", scan({ directory: "." }));
    // @ts-expect-error -- there is no node "plan"
    expect(() => scanned.node("say", (nodes) => shout({ text: nodes.plan.text }))).toThrow(
      'flow "f", before "say", has no element "plan" to refer to; there is "scan"',
    );
    // @ts-expect-error -- a node does not see itself
    expect(() => flow("f").node("say", (nodes) => shout({ text: nodes.say.text }))).toThrow("there is none");
  });

  it("do not compile for a field that is not there, nor for a value of another type", () => {
    const scanned = flow("f").node("scan", scan({ directory: "." }));
    // @ts-expect-error -- the output has no field "trees"
    scanned.node("a", (nodes) => shout({ text: nodes.scan.trees }));
    // @ts-expect-error -- a list is no text
    scanned.node("b", (nodes) => shout({ text: nodes.scan.files }));
    // @ts-expect-error -- a text is no number
    scanned.node("c", (nodes) => shout({ text: "x", times: nodes.scan.tree }));
    // @ts-expect-error -- a setting is missing
    scanned.node("d", (nodes) => shout({ times: nodes.scan.files[0]?.bytes }));
    // @ts-expect-error -- there is no such setting
    scanned.node("e", shout({ text: "x", loud: true }));
    expect(
      settingsOf(
        scanned.node("f", (nodes) => shout({ text: "x", times: nodes.scan.files[1]!.bytes })),
        1,
      ),
    ).toEqual({
      text: "x",
      times: "$expr{$hier{scan}.files[1].bytes}",
    });
  });

  it("may name nodes like the members that every object inherits", () => {
    const definition = flow("f")
      .node("valueOf", shout({ text: "" }))
      .node("isPrototypeOf", shout({ text: "" }))
      .node("say", (nodes) => shout({ text: `${nodes.valueOf.text} ${nodes.isPrototypeOf.text}` }));
    expect(settingsOf(definition, 2)).toEqual({ text: "$expr{$hier{valueOf}.text} $expr{$hier{isPrototypeOf}.text}" });
    expect(() => flow("f").node("say", (nodes) => shout({ text: String(nodes.constructor) }))).toThrow('has no element "constructor"');
  });
});

describe("what the functions of a component are given", () => {
  it("can be listed and taken apart, and not changed", () => {
    const definition = flow("f", { variables: { task: "" } })
      .node("a", shout({ text: "" }))
      .node("b", shout({ text: "" }))
      .node("c", ({ a, ...others }, variables) => {
        expect([Object.keys(others), "a" in others, "task" in variables, "b" in variables]).toEqual([["b"], false, true, false]);
        expect(() => Object.assign(variables, { task: "x" })).toThrow(TypeError);
        return shout({
          text: Object.values({ a, ...others })
            .map(({ text }) => `${text}`)
            .join(" "),
        });
      });
    expect(settingsOf(definition, 2)).toEqual({ text: "$expr{$hier{a}.text} $expr{$hier{b}.text}" });
  });
});

describe("defineNode", () => {
  it("keeps what the runner needs, frozen", () => {
    const definition = shout({ text: "a" });
    expect(definition).toMatchObject({
      kind: "node",
      nodeType: { type: "shout", version: "1", effect: "pure", input: undefined },
      settings: { text: "a" },
    });
    expect([definition, definition.nodeType].every(Object.isFrozen)).toBe(true);
  });

  it("shares the node type among the definitions it makes", () => {
    expect(shout({ text: "a" }).nodeType).toBe(shout({ text: "b" }).nodeType);
  });

  it("executes with the settings it is handed, and rejects when the node throws", async () => {
    const context = { run: { runId: "r" as RunId } } as never;
    await expect(shout({ text: "a" }).nodeType.execute(context, { settings: { text: "b" }, input: undefined })).resolves.toEqual({ text: "B" });
    const failing = defineNode({
      type: "failing",
      version: "1",
      effect: "pure",
      settings: z.object({}),
      output: z.null(),
      execute: () => {
        throw new Error("no");
      },
    });
    await expect(failing({}).nodeType.execute(context, { settings: {}, input: undefined })).rejects.toThrow("no");
  });
});

describe("a reference", () => {
  it("cannot be compared or computed with where there is no value yet", () => {
    const compare = () =>
      flow("f")
        .node("scan", scan({ directory: "." }))
        .conditional("c", { condition: ({ scan: { files } }) => Number(files.length) > 3, isTrue: flow("yes").node("a", shout({ text: "" })) });
    expect(compare).toThrow('compute with it in an expression, such as "$expr{$hier{scan}.files.length > 3}"');
  });
});
