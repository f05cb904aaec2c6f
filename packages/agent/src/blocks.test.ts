import { describe, expect, it } from "vitest";
import { agent, flow } from "./component.ts";
import type { ComponentDefinition } from "./definition.ts";
import { isBlock } from "./definition.ts";
import { refusal, scan, settingsOf, shout } from "./testing-nodes.ts";

const yes = flow("yes").node("a", shout({ text: "a" }));
const no = flow("no").node("b", shout({ text: "b" }));
const scanned = flow("f", { variables: { task: "fix" } }).node("scan", scan({ directory: "." }));
/** Programs that are not type-checked may give anything. */
const anything = (given: unknown) => given as never;

function last(component: ComponentDefinition) {
  return component.elements.at(-1)?.definition;
}

const used = (component: ComponentDefinition, bindings = {}) => ({ component, bindings });

describe("a block is data:", () => {
  it("a conditional (row 89)", () => {
    expect(last(scanned.conditional("c", { condition: true, isTrue: yes }))).toEqual({
      kind: "conditional",
      condition: true,
      isTrue: used(yes),
      isFalse: undefined,
    });
    const both = scanned.conditional("c", { condition: (nodes) => `$expr{${nodes.scan.files}.length > 0}`, isTrue: yes, isFalse: () => no });
    expect(last(both)).toMatchObject({ condition: "$expr{$expr{$hier{scan}.files}.length > 0}", isFalse: used(no) });
  });

  it("a conditional whose branches get values for their variables (row 89)", () => {
    const branch = flow("branch", { variables: { depth: 1 } });
    const definition = flow("f").conditional("c", { condition: true, isTrue: branch.with({ depth: 2 }), isFalse: branch });
    expect(last(definition)).toMatchObject({ isTrue: { component: { id: "branch" }, bindings: { depth: 2 } }, isFalse: { bindings: {} } });
  });

  it("a switch", () => {
    const definition = scanned.switch("s", { on: (_nodes, variables) => variables.task, cases: { fix: yes, add: () => no }, otherwise: yes });
    expect(last(definition)).toEqual({ kind: "switch", on: "$expr{task}", cases: { fix: used(yes), add: used(no) }, otherwise: used(yes) });
    expect(last(flow("f").switch("s", { on: "fix", cases: { fix: yes } }))).toMatchObject({ on: "fix", otherwise: undefined });
  });

  it("a loop over a list, with what it assumes (row 90)", () => {
    expect(last(scanned.forEach("each", { items: (nodes) => nodes.scan.files, body: yes }))).toEqual({
      kind: "for_each",
      items: "$expr{$hier{scan}.files}",
      item: "item",
      index: "index",
      previous: "previous",
      start: 0,
      max: undefined,
      body: used(yes),
    });
  });

  it("a loop over a list, with all that can be said (row 90)", () => {
    const spec = { items: [1, 2, 3], item: "n", index: "i", previous: "before", start: "$expr{first}", max: 2, body: yes };
    const body = used(yes);
    expect(last(flow("f").forEach("each", spec))).toEqual({ kind: "for_each", ...spec, body });
  });

  it("a loop whose body gets values for its variables: they are kept (D-50, row 91)", () => {
    const body = flow("body", { variables: { text: "", depth: 1 } });
    const definition = flow("f").forEach("each", { items: [1], body: ({ item }) => body.with({ text: `${item}!`, depth: 7 }) });
    expect(last(definition)).toMatchObject({ body: { component: { id: "body" }, bindings: { text: "$expr{item}!", depth: 7 } } });
  });

  it("a map over a list (D-55)", () => {
    const mapped = (concurrency?: number) =>
      last(flow("f").map("m", { items: [1], body: yes, ...(concurrency === undefined ? {} : { concurrency }) }));
    expect(mapped()).toEqual({
      kind: "map",
      items: [1],
      item: "item",
      index: "index",
      start: 0,
      max: undefined,
      concurrency: 16,
      body: used(yes),
    });
    expect(mapped(100)).toMatchObject({ concurrency: 100 });
  });

  it("a loop by a condition, which has a bound (D-55)", () => {
    expect(last(flow("f").while("w", { condition: "$expr{index < 3}", body: yes, max: 9 }))).toEqual({
      kind: "while",
      condition: "$expr{index < 3}",
      index: "index",
      previous: "previous",
      max: 9,
      atMax: "fail",
      body: used(yes),
    });
    const named = last(flow("f").while("w", { condition: true, body: yes, max: 1, atMax: "stop", index: "i", previous: "p" }));
    expect(named).toMatchObject({ index: "i", previous: "p", atMax: "stop" });
  });

  it("branches that run at the same time (D-55, row 92)", () => {
    expect(last(scanned.parallel("p", { one: yes, two: (nodes) => flow("two").node("x", shout({ text: nodes.scan.tree })) }))).toMatchObject({
      kind: "parallel",
      branches: { one: used(yes), two: { component: { id: "two" }, bindings: {} } },
    });
  });

  it("a try (D-55)", () => {
    expect(last(flow("f").try("t", { body: yes, catch: no }))).toEqual({
      kind: "try",
      body: used(yes),
      handler: used(no),
      codes: undefined,
      error: "error",
      cleanup: undefined,
    });
    expect(last(flow("f").try("t", { body: yes, catch: no, codes: ["A", "B"], error: "problem", finally: yes }))).toMatchObject({
      codes: ["A", "B"],
      error: "problem",
      cleanup: used(yes),
    });
    expect(last(flow("f").try("t", { body: yes, finally: no }))).toMatchObject({ handler: undefined, cleanup: used(no) });
  });

  it("in agents, with agents in it (row 87)", () => {
    const inner = agent("inner").node("a", shout({ text: "a" }));
    expect(last(agent("a").parallel("p", { one: inner, two: yes }))).toMatchObject({ branches: { one: used(inner), two: used(yes) } });
  });
});

describe("what a function is given", () => {
  it("refers to the elements before it, to the variables around it, and to the iteration", () => {
    const definition = scanned.forEach("each", {
      items: (nodes) => nodes.scan.files,
      item: "file",
      index: "at",
      previous: "before",
      body: ({ item, index, previous }, nodes, variables) =>
        flow("body").node("say", shout({ text: `${item.path} ${index} ${previous} ${nodes.scan.tree} ${variables.task}` })),
    });
    const block = last(definition);
    expect(block?.kind === "for_each" && settingsOf(block.body.component, 0)).toEqual({
      text: "$expr{file.path} $expr{at} $expr{before} $expr{$hier{scan}.tree} $expr{task}",
    });
  });

  it("refuses the name of a variable that is not there, and says which could be meant", () => {
    const variable = (variables: unknown) => String((variables as Record<string, unknown>)["taks"]);
    expect(refusal(() => scanned.node("say", (_nodes, variables) => shout({ text: variable(variables) })))).toBe(
      'flow "f", before "say", has no variable "taks" to refer to; did you mean "task"? there is "task"',
    );
  });
});

describe("a block cannot be changed (D-52):", () => {
  const names = ["fix"];
  const all = agent("a", { variables: { list: { deep: [1] } } })
    .conditional("c", { condition: true, isTrue: yes, isFalse: no })
    .switch("s", { on: "x", cases: { x: yes }, otherwise: no })
    .forEach("each", { items: [{ a: [1] }], body: flow("b", { variables: { v: 1 } }).with({ v: 2 }) })
    .map("m", { items: [1], body: yes })
    .while("w", { condition: true, max: 1, body: yes })
    .parallel("p", { one: yes })
    .try("t", { body: yes, catch: no, codes: names, finally: yes });

  it.each(all.elements.map((element) => [element.definition.kind, element] as const))("%s, at every depth", (_kind, element) => {
    const loose: string[] = [];
    const look = (value: unknown, place: string): void => {
      // Schemas are their library's; a node type is the same for all definitions.
      if (typeof value !== "object" || value === null || place.endsWith("nodeType")) return;
      if (!Object.isFrozen(value)) loose.push(place);
      for (const [key, member] of Object.entries(value)) look(member, `${place}.${key}`);
    };
    look(element, "element");
    expect(loose).toEqual([]);
  });

  it("nor through what it was made of", () => {
    names.push("later");
    const values = { v: { deep: 1 } };
    const bound = flow("b", { variables: { v: { deep: 0 } } }).with(values);
    values.v.deep = 2;
    expect(last(all)).toMatchObject({ codes: ["fix"] });
    expect(bound.bindings).toEqual({ v: { deep: 1 } });
  });
});

describe("a block is refused", () => {
  const each = (spec: object) => () => flow("f").forEach("x", anything({ items: [1], body: yes, ...spec }));
  const map = (spec: object) => () => flow("f").map("x", anything({ items: [1], body: yes, ...spec }));
  const again = (spec: object) => () => flow("f").while("x", anything({ condition: true, body: yes, max: 1, ...spec }));
  const attempt = (spec: object) => () => flow("f").try("x", anything({ body: yes, catch: no, ...spec }));

  it.each<[string, () => unknown, string]>([
    ["without a condition", () => flow("f").conditional("x", anything({ isTrue: yes })), '"x" of flow "f" has no condition: give it'],
    ["without a branch", () => flow("f").conditional("x", anything({ condition: true })), '"x" of flow "f" cannot hold undefined: it takes a flow'],
    ["with a member that is none", () => flow("f").conditional("x", anything({ isTru: yes })), 'has no "isTru"; did you mean "isTrue"?'],
    [
      "when what decides is no data",
      () => flow("f").conditional("x", anything({ condition: 1n, isTrue: yes })),
      'condition of "x" of flow "f" is a bigint',
    ],
    ["without what a switch is on", () => flow("f").switch("x", anything({ cases: { a: yes } })), '"x" of flow "f" has no on: give it'],
    ["without cases", () => flow("f").switch("x", { on: "a", cases: {} }), '"x" of flow "f" has no branches: give at least one, by name'],
    ["with no object for cases", () => flow("f").switch("x", anything({ on: "a" })), "has no branches"],
    ["with a case that can be no step", () => flow("f").switch("x", { on: "a", cases: { "a b": yes } }), 'cannot have the branch "a b": an id has'],
    ["with the case otherwise", () => flow("f").switch("x", { on: "a", cases: { Otherwise: yes } }), 'a branch of the name "Otherwise" already'],
    ["with branches that only differ in case", () => flow("f").parallel("x", { one: yes, One: no }), 'a branch of the name "One" already'],
    ["without branches", () => flow("f").parallel("x", {}), "has no branches"],
    ["with a branch that is a node", () => flow("f").parallel("x", anything({ one: shout({ text: "" }) })), 'cannot hold a node of type "shout"'],
    [
      "with a branch that has no elements",
      () => flow("f").parallel("x", anything({ one: { kind: "flow", id: "a" } })),
      "cannot hold an object with the members kind, id",
    ],
    ["without items", each({ items: undefined }), '"x" of flow "f" has no items: give it'],
    ["without a body", each({ body: undefined }), "cannot hold undefined"],
    ["with a member of another loop", each({ concurrency: 2 }), 'has no "concurrency"; there are "items"'],
    ["with an item that no template could name", each({ item: "a-b" }), 'cannot have the variable "a-b"'],
    ["with one name for two variables", each({ item: "index" }), 'has two variables "index"'],
    ["with one name for item and the iteration before", each({ item: "previous" }), 'has two variables "previous"'],
    ["with a maximum of none", each({ max: 0 }), 'max of "x" of flow "f" is 0: give a whole number from 1 to 1000000000'],
    ["with half an iteration", each({ max: 1.5 }), "is 1.5: give a whole number"],
    ["with a concurrency of 0", map({ concurrency: 0 }), 'concurrency of "x" of flow "f" is 0: give a whole number'],
    ["with a concurrency that is a text", map({ concurrency: "2" }), "is 2: give a whole number"],
    ["with an iteration before in a map", map({ previous: "p" }), 'has no "previous"'],
    ["without a bound", again({ max: undefined }), "max of"],
    ["with another end than there is", again({ atMax: "go on" }), 'atMax is "fail" or "stop", and not go on'],
    ["with one name for both variables", again({ previous: "index" }), 'has two variables "index"'],
    ["with nothing to do after a failure", attempt({ catch: undefined }), "has neither catch nor finally: give one of them"],
    ["with codes and no catch", attempt({ catch: undefined, finally: yes, codes: ["A"] }), "says which errors are caught, and has no catch"],
    ["with no codes in the list", attempt({ codes: [] }), "codes of"],
    ["with codes that are none", attempt({ codes: [1] }), "are a list of at least one error code"],
    ["with an error that no template could name", attempt({ error: "1st" }), 'cannot have the variable "1st"'],
    ["with no object at all", () => flow("f").try("x", anything("body")), 'takes an object, and not the text "body"'],
    ["with an id that is taken (D-11)", () => scanned.parallel("Scan", { a: yes }), 'flow "f" has the id "scan" already'],
    ["with an id that is none", () => flow("f").parallel("a.b", { a: yes }), 'cannot have the id "a.b"'],
  ])("%s", (_what, make, text) => {
    expect(refusal(make)).toContain(text);
  });

  it("with an agent in a flow, wherever it stands", () => {
    const inner = anything(agent("a"));
    const makes = [
      () => flow("f").conditional("x", { condition: true, isTrue: yes, isFalse: inner }),
      () => flow("f").switch("x", { on: "a", cases: { a: inner } }),
      () => flow("f").forEach("x", { items: [1], body: inner }),
      () => flow("f").map("x", { items: [1], body: () => inner }),
      () => flow("f").while("x", { condition: true, max: 1, body: inner }),
      () => flow("f").parallel("x", { a: inner }),
      () => flow("f").try("x", { body: yes, finally: inner }),
    ];
    for (const make of makes) expect(refusal(make)).toBe('"x" of flow "f" cannot hold the agent "a": a flow holds nodes and flows');
  });
});

describe("a body that is a function", () => {
  const inner = (options = {}) => flow("inner").forEach("each", { items: [1], body: yes, ...options });

  it("refuses to hide a variable of its loop: a reference would mean the inner one (D-49)", () => {
    const nested = (options?: object) => () => flow("f").forEach("outer", { items: [1], body: () => inner(options) });
    expect(refusal(nested())).toBe(
      '"outer" of flow "f" has the variable "item" inside, and there is one of that name around it: a reference would mean the inner one. Give one of them another name',
    );
    expect(nested({ item: "file", index: "at", previous: "before" })).not.toThrow();
    expect(refusal(nested({ item: "file", index: "at" }))).toContain('has the variable "previous"');
  });

  it("refuses to hide it by a variable that a component in it declares", () => {
    const body = () => flow("body").component("deep", flow("deep", { variables: { item: 1 } }));
    expect(refusal(() => flow("f").map("m", { items: [1], body }))).toContain('has the variable "item"');
  });

  it("refuses to hide a variable of the component around it", () => {
    const body = () => flow("body", { variables: { task: "other" } });
    expect(refusal(() => scanned.component("x", body))).toContain('has the variable "task" inside');
  });

  it("may give what it did not make itself, whatever names that has: it holds none of its references", () => {
    const own = flow("own", { variables: { task: "x" } }).node("scan", scan({ directory: "." }));
    expect(() => scanned.component("x", ({ scan: { tree } }) => own.with({ task: tree }))).not.toThrow();
    expect(() => scanned.forEach("x", { items: [1], item: "task", body: () => own })).not.toThrow();
  });

  it("may hide it where it is no function: names nest", () => {
    expect(last(flow("f").forEach("outer", { items: [1], body: inner() }))).toMatchObject({ item: "item" });
  });

  it.each<[string, (body: () => typeof yes) => unknown]>([
    ["a branch", (body) => scanned.conditional("x", { condition: true, isTrue: body })],
    ["a case", (body) => scanned.switch("x", { on: "a", cases: { a: body } })],
    ["a body", (body) => scanned.forEach("x", { items: [1], body })],
    ["a component", (body) => scanned.component("x", body)],
    ["a handler", (body) => scanned.try("x", { body: yes, catch: body })],
  ])("refuses an element of the id of one around it, at any depth, in %s", (_what, make) => {
    const body = () => flow("inner").parallel("p", { a: flow("deep").node("scan", scan({ directory: "." })) });
    expect(refusal(() => make(anything(body)))).toBe(
      '"x" of flow "f" has the element "scan" inside, and there is one of that name around it: a reference would mean the inner one. Give one of them another name',
    );
  });
});

describe("isBlock", () => {
  it("tells blocks from components and nodes", () => {
    const kinds = [yes, agent("a"), shout({ text: "" }), last(flow("f").parallel("p", { a: yes }))!].map((definition) => isBlock(definition));
    expect(kinds).toEqual([false, false, false, true]);
  });
});
