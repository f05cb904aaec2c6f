import { describe, expect, expectTypeOf, it } from "vitest";
import { agent, flow } from "./component.ts";
import type { AgentDefinition, FlowDefinition, OutputsOf } from "./definition.ts";
import type { Reference } from "./reference.ts";
import { scan, settingsOf, shout } from "./testing-nodes.ts";

interface File {
  path: string;
  bytes: number;
  content?: string | undefined;
}
type Given<Definition, Id extends keyof OutputsOf<Definition>> = OutputsOf<Definition>[Id];

const yes = flow("yes").node("a", shout({ text: "a" }));
const no = flow("no").node("b", scan({ directory: "." }));
const scanned = flow("f", { variables: { task: "fix" } }).node("scan", scan({ directory: "." }));

describe("what a block gives is known to what comes after it:", () => {
  it("of a conditional, what a branch gave", () => {
    const definition = flow("f").conditional("c", { condition: true, isTrue: yes, isFalse: () => no });
    expectTypeOf<Given<typeof definition, "c">>().toEqualTypeOf<{
      readonly is_true?: OutputsOf<typeof yes>;
      readonly is_false?: OutputsOf<typeof no>;
    }>();
    const read = definition.node("say", ({ c }) => shout({ text: `${c.is_true.a.text} ${c.is_false.b.tree}` }));
    expect(settingsOf(read, 1)).toEqual({ text: "$expr{$hier{c}.is_true.a.text} $expr{$hier{c}.is_false.b.tree}" });
    // @ts-expect-error -- the true branch has no element "b"
    definition.node("say", ({ c }) => shout({ text: c.is_true.b.tree }));
    const only = flow("f").conditional("c", { condition: true, isTrue: yes });
    // @ts-expect-error -- there is no false branch, and so it has no element "b"
    only.node("say", ({ c }) => shout({ text: c.is_false.b.tree }));
    // @ts-expect-error -- branches are is_true and is_false
    only.node("say", ({ c }) => shout({ text: c.yes.a.text }));
  });

  it("of a switch, what a case gave under its name", () => {
    const definition = flow("f").switch("s", { on: "fix", cases: { fix: yes, add: () => no }, otherwise: yes });
    const read = definition.node("say", ({ s }) => shout({ text: `${s.fix.a.text} ${s.add.b.tree} ${s.otherwise.a.text}` }));
    expect(settingsOf(read, 1)).toEqual({ text: "$expr{$hier{s}.fix.a.text} $expr{$hier{s}.add.b.tree} $expr{$hier{s}.otherwise.a.text}" });
    // @ts-expect-error -- there is no case "remove"
    definition.node("say", ({ s }) => shout({ text: s.remove.a.text }));
    // @ts-expect-error -- the case "fix" has no element "b"
    definition.node("say", ({ s }) => shout({ text: s.fix.b.tree }));
  });

  it("of every loop, the list of what its body gave", () => {
    const definition = flow("f")
      .forEach("each", { items: [1], body: yes })
      .map("mapped", { items: [1], body: () => no })
      .while("again", { condition: true, max: 1, body: yes });
    expectTypeOf<Given<typeof definition, "each">>().toEqualTypeOf<readonly OutputsOf<typeof yes>[]>();
    expectTypeOf<Given<typeof definition, "mapped">>().toEqualTypeOf<readonly OutputsOf<typeof no>[]>();
    const read = definition.node("say", (nodes) => shout({ text: `${nodes.each[0]?.a.text} ${nodes.mapped[1]?.b.tree} ${nodes.again[2]?.a.text}` }));
    expect(settingsOf(read, 3)).toEqual({ text: "$expr{$hier{each}[0].a.text} $expr{$hier{mapped}[1].b.tree} $expr{$hier{again}[2].a.text}" });
    // @ts-expect-error -- a loop gives a list
    definition.node("say", ({ each }) => shout({ text: each.a.text }));
    // @ts-expect-error -- the body has no element "b"
    definition.node("say", ({ each }) => shout({ text: each[0].b.tree }));
  });

  it("of branches at the same time, what each gave under its name", () => {
    const definition = flow("f").parallel("p", { one: yes, two: no });
    expectTypeOf<Given<typeof definition, "p">>().toEqualTypeOf<{ readonly one: OutputsOf<typeof yes>; readonly two: OutputsOf<typeof no> }>();
    // @ts-expect-error -- there is no branch "three"
    definition.node("say", ({ p }) => shout({ text: p.three.a.text }));
  });

  it("of a try, what its body, its handler and its end gave", () => {
    const definition = flow("f").try("t", { body: yes, catch: no, finally: () => yes });
    const read = definition.node("say", ({ t }) => shout({ text: `${t.try.a.text} ${t.catch.b.tree} ${t.finally.a.text}` }));
    expect(settingsOf(read, 1)).toEqual({ text: "$expr{$hier{t}.try.a.text} $expr{$hier{t}.catch.b.tree} $expr{$hier{t}.finally.a.text}" });
    const uncaught = flow("f").try("t", { body: yes, finally: yes });
    // @ts-expect-error -- nothing is caught, and so the handler has no element "b"
    uncaught.node("say", ({ t }) => shout({ text: t.catch.b.tree }));
  });

  it("also through components with values, and through components in components (row 87)", () => {
    const inner = flow("inner", { variables: { depth: 1 } }).node("a", shout({ text: "a" }));
    const definition = agent("a")
      .component("one", inner.with({ depth: 2 }))
      .parallel("p", { left: inner.with({ depth: 3 }), right: agent("right").component("deep", inner) })
      .node("say", (nodes) => shout({ text: `${nodes.one.a.text} ${nodes.p.left.a.text} ${nodes.p.right.deep.a.text}` }));
    expect(settingsOf(definition, 2)).toEqual({ text: "$expr{$hier{one}.a.text} $expr{$hier{p}.left.a.text} $expr{$hier{p}.right.deep.a.text}" });
    // @ts-expect-error -- the agent "right" has no element "a"
    definition.node("more", (nodes) => shout({ text: nodes.p.right.a.text }));
  });
});

describe("what a body is given has the types of its loop:", () => {
  it("item, index and what the iteration before gave, in a loop over what an earlier node gave", () => {
    scanned.forEach("each", {
      items: (nodes) => nodes.scan.files,
      body: ({ item, index, previous }, nodes, variables) => {
        expectTypeOf(item).toEqualTypeOf<Reference<File>>();
        expectTypeOf(index).toEqualTypeOf<Reference<number>>();
        expectTypeOf(nodes.scan.tree).toEqualTypeOf<Reference<string>>();
        expectTypeOf(variables.task).toEqualTypeOf<Reference<string>>();
        // @ts-expect-error -- a file has no member "name"
        const name = item.name as string;
        return flow("body").node("say", shout({ text: `${item.path} ${previous} ${name}` }));
      },
    });
  });

  it("the item of a list that is written down", () => {
    flow("f").map("m", {
      items: [{ path: "a" }, { path: "b" }],
      body: ({ item }) => {
        expectTypeOf(item.path).toEqualTypeOf<Reference<string>>();
        // @ts-expect-error -- an item has no member "bytes"
        return flow("body").node("say", shout({ text: `${item.bytes}` }));
      },
    });
  });

  it("no iteration before in a map, whose iterations run at the same time, and no item in a loop by a condition", () => {
    const seen: unknown[] = [];
    // @ts-expect-error -- a map has no iteration before
    flow("f").map("m", { items: [1], body: ({ previous }) => (seen.push(previous), yes) });
    // @ts-expect-error -- there is no item
    flow("f").while("w", { condition: true, max: 1, body: ({ item }) => (seen.push(item), yes) });
    expect(seen).toEqual([undefined, undefined]);
  });

  it("a list to go over, and nothing else that an earlier node gave", () => {
    const wrong = [
      // @ts-expect-error -- a text is no list
      scanned.forEach("each", { items: (nodes) => nodes.scan.tree, body: yes }),
      // @ts-expect-error -- a list is no condition
      scanned.conditional("c", { condition: (nodes) => nodes.scan.files, isTrue: yes }),
      // @ts-expect-error -- a list is nothing to switch on
      scanned.switch("s", { on: (nodes) => nodes.scan.files, cases: { a: yes } }),
      // @ts-expect-error -- a list is no position
      scanned.map("m", { items: [1], start: (nodes) => nodes.scan.files, body: yes }),
    ];
    // What its values are is known when it runs.
    expect(wrong.map(({ elements }) => elements.length)).toEqual([2, 2, 2, 2]);
  });
});

describe("a flow holds no agent,", () => {
  const inner = agent("inner");

  it("at compile time and when it is made, in every block (row 87)", () => {
    // @ts-expect-error -- a flow holds flows
    expect(() => flow("f").conditional("c", { condition: true, isTrue: inner })).toThrow('cannot hold the agent "inner"');
    // @ts-expect-error -- a flow holds flows
    expect(() => flow("f").switch("s", { on: "a", cases: { a: inner } })).toThrow('cannot hold the agent "inner"');
    // @ts-expect-error -- a flow holds flows
    expect(() => flow("f").forEach("e", { items: [1], body: inner })).toThrow('cannot hold the agent "inner"');
    // @ts-expect-error -- a flow holds flows
    expect(() => flow("f").map("m", { items: [1], body: () => inner })).toThrow('cannot hold the agent "inner"');
    // @ts-expect-error -- a flow holds flows
    expect(() => flow("f").while("w", { condition: true, max: 1, body: inner })).toThrow('cannot hold the agent "inner"');
    // @ts-expect-error -- a flow holds flows
    expect(() => flow("f").parallel("p", { a: yes, b: inner })).toThrow('cannot hold the agent "inner"');
    // @ts-expect-error -- a flow holds flows
    expect(() => flow("f").try("t", { body: yes, catch: inner })).toThrow('cannot hold the agent "inner"');
  });

  it("and an agent holds both", () => {
    const definition = agent("a").parallel("p", { one: inner, two: yes }).conditional("c", { condition: true, isTrue: inner, isFalse: yes });
    expectTypeOf(definition).toExtend<AgentDefinition>();
    expectTypeOf(definition).not.toExtend<FlowDefinition>();
    expect(definition.elements).toHaveLength(2);
  });

  it("of a list, its length", () => {
    const read = scanned.node("say", ({ scan: { files } }) => shout({ text: `${files.length} files` }));
    expect(settingsOf(read, 1)).toEqual({ text: "$expr{$hier{scan}.files.length} files" });
  });
});
