import { agent, type ComponentDefinition, defineNode, flow, type Items, variable } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkDefinition } from "./check-definition.ts";

const say = defineNode({
  type: "say",
  version: "1",
  effect: "pure",
  settings: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  execute: (_context, { settings }) => settings,
});
const file = z.object({ path: z.string(), tags: z.array(z.string()).optional() });
const scan = defineNode({
  type: "scan",
  version: "1",
  effect: "pure",
  settings: z.object({}),
  output: z.object({ tree: z.string(), files: z.array(file), first: file.nullable(), more: z.looseObject({ size: z.number() }), any: z.unknown() }),
  execute: () => ({ tree: "", files: [], first: null, more: { size: 0 }, any: 1 }),
});

const scanned = flow("main").node("scan", scan({}));
const reads = (text: string) => flow("reads").node("say", say({ text }));
const one = flow("one").node("inner", scan({}));

function problemsOf(definition: ComponentDefinition): readonly string[] {
  try {
    checkDefinition(definition);
    return [];
  } catch (error) {
    if (!DadError.is(error, "DEFINITION_INVALID")) throw error;
    return error.details?.["problems"] as string[];
  }
}

describe("a reference that can mean nothing", () => {
  const wrong = "$expr{$hier{scna}.tree}";
  const hint = 'there is no node "scna" before this; did you mean "scan"?';

  it.each<[string, ComponentDefinition, string]>([
    ["a node", scanned.node("use", say({ text: wrong })), "main.use: text"],
    ["a nested flow", scanned.component("in", reads(wrong)), "main.in.say: text"],
    ["a condition", scanned.conditional("if", { condition: wrong, isTrue: one }), "main.if: condition"],
    ["a true branch", scanned.conditional("if", { condition: true, isTrue: reads(wrong) }), "main.if.is_true.say: text"],
    ["a false branch", scanned.conditional("if", { condition: true, isTrue: one, isFalse: reads(wrong) }), "main.if.is_false.say: text"],
    ["what a switch is on", scanned.switch("on", { on: wrong, cases: { a: one } }), "main.on: on"],
    ["a case", scanned.switch("on", { on: "a", cases: { a: reads(wrong) } }), "main.on.a.say: text"],
    ["what is otherwise", scanned.switch("on", { on: "b", cases: { a: one }, otherwise: reads(wrong) }), "main.on.otherwise.say: text"],
    ["the items of a for-each", scanned.forEach("each", { items: wrong, body: one }), "main.each: items"],
    ["the start of a map", scanned.map("each", { items: [1], start: wrong, body: one }), "main.each: start"],
    ["a body", scanned.map("each", { items: [1], body: reads(wrong) }), "main.each.iter_*.say: text"],
    ["the condition of a while", scanned.while("again", { condition: wrong, max: 1, body: one }), "main.again: condition"],
    ["the body of a while", scanned.while("again", { condition: true, max: 1, body: reads(wrong) }), "main.again.iter_*.say: text"],
    ["a parallel branch", scanned.parallel("both", { left: one, right: reads(wrong) }), "main.both.right.say: text"],
    ["the body of a try", scanned.try("t", { body: reads(wrong), finally: one }), "main.t.try.say: text"],
    ["a handler", scanned.try("t", { body: one, catch: reads(wrong) }), "main.t.catch.say: text"],
    ["a cleanup", scanned.try("t", { body: one, finally: reads(wrong) }), "main.t.finally.say: text"],
    ["a fallback", scanned.node("use", say({ text: "x" }), { onFailure: { fallback: { text: wrong } } }), "main.use: onFailure.fallback: text"],
    ["an idempotency key", scanned.node("use", say({ text: "x" }), { idempotencyKey: wrong }), "main.use: idempotencyKey"],
    ["the record of a node", scanned.node("use", say({ text: "x" }), { record: { outcome: { path: wrong } } }), "main.use: record: outcome.path"],
    ["what a component is given", scanned.component("in", flow("in", { variables: { text: "" } }).with({ text: wrong })), 'main.in: variable "text"'],
    [
      "what a body is given",
      scanned.map("each", { items: [1], body: flow("in", { variables: { text: "" } }).with({ text: wrong }) }),
      'main.each.iter_*: variable "text"',
    ],
  ])("is found in %s, with its place and what could be meant", (_where, definition, place) => {
    expect(problemsOf(definition)).toEqual([expect.stringContaining(`${place}: `)]);
    expect(problemsOf(definition)[0]).toContain(hint);
  });

  it("is found everywhere at once", () => {
    const definition = scanned.parallel("both", { left: reads(wrong), right: reads("$var{nme}") }).node("use", say({ text: "$expr{$hier{use}}" }));
    expect(problemsOf(definition).map((problem) => problem.split(":")[0])).toEqual(["main.both.left.say", "main.both.right.say", "main.use"]);
  });

  it.each<[string, ComponentDefinition]>([
    [
      "an element that comes later",
      flow("main")
        .node("use", say({ text: "$expr{$hier{scan}.tree}" }))
        .node("scan", scan({})),
    ],
    ["the node itself", flow("main").node("scan", say({ text: "$expr{$hier{scan}}" }))],
    [
      "a node of the branch beside it",
      flow("main").parallel("both", { left: flow("l").node("scan", scan({})), right: reads("$expr{$hier{scan}.tree}") }),
    ],
    [
      "a node of a branch by its own name, after it",
      flow("main")
        .conditional("if", { condition: true, isTrue: one })
        .node("use", say({ text: "$expr{$hier{inner}.tree}" })),
    ],
    ["the loop that it is in", flow("main").forEach("each", { items: [1], body: reads("$expr{$hier{each}}") })],
    ["what the body gave, in a handler", flow("main").try("t", { body: one, catch: reads("$expr{$hier{t.try.inner}.tree}") })],
    ["what the body gave, in a cleanup", flow("main").try("t", { body: one, finally: reads("$expr{$hier{inner}.tree}") })],
    [
      "a branch that is not there",
      scanned.conditional("if", { condition: true, isTrue: one }).node("use", say({ text: "$expr{$hier{if.is_false.inner}.tree}" })),
    ],
  ])("is one to %s (D-54)", (_what, definition) => {
    expect(problemsOf(definition)).toEqual([expect.stringContaining("there is no node")]);
  });
});

describe("a reference to a variable", () => {
  it.each<[string, ComponentDefinition]>([
    ["item", flow("main").map("each", { items: [1], body: reads("$var{item}") })],
    ["index", flow("main").forEach("each", { items: [1], body: reads("$var{index}") })],
    ["previous", flow("main").while("again", { condition: "$expr{previous == null}", max: 1, body: reads("$expr{previous == null ? '' : 'x'}") })],
    ["error", flow("main").try("t", { body: one, catch: reads("$expr{error.code}") })],
    ["its own name for the item", flow("main").map("each", { items: [1], item: "letter", body: reads("$var{letter}") })],
    [
      "one of what is around, however deep",
      flow("main", { variables: { far: "" } }).map("each", { items: [1], body: flow("b").component("in", reads("$var{far}")) }),
    ],
    ["one that every template has", reads("$var{runId} $var{nodePath} $var{workspace}")],
  ])("is good where there is %s", (_name, definition) => {
    expect(problemsOf(definition)).toEqual([]);
  });

  it.each<[string, ComponentDefinition, string]>([
    [
      "after the loop",
      flow("main")
        .map("each", { items: [1], body: one })
        .node("use", say({ text: "$var{item}" })),
      "main.use",
    ],
    [
      "in a map, whose iterations have none before them",
      flow("main").map("each", { items: [1], body: reads("$expr{previous}") }),
      "main.each.iter_*.say",
    ],
    ["in the items of its own loop", flow("main").map("each", { items: "$expr{item}", body: one }), "main.each"],
    ["in the body of a try", flow("main").try("t", { body: reads("$expr{error.code}"), catch: one }), "main.t.try.say"],
    ["in a cleanup", flow("main").try("t", { body: one, catch: one, finally: reads("$expr{error.code}") }), "main.t.finally.say"],
    [
      "around the component that has it",
      flow("main")
        .component("in", flow("in", { variables: { own: "" } }))
        .node("use", say({ text: "$var{own}" })),
      "main.use",
    ],
    ["in what is given for it", flow("main").component("in", flow("in", { variables: { own: "" } }).with({ own: "$var{own}" })), "main.in"],
  ])("is found to mean nothing %s", (_where, definition, path) => {
    expect(problemsOf(definition)).toEqual([
      expect.stringMatching(new RegExp(`^${path.replaceAll(/[.*]/g, String.raw`\$&`)}: .*there is no variable`)),
    ]);
  });

  it("that is misspelt is told what could be meant", () => {
    const definition = flow("main", { variables: { topic: "" } }).node("use", say({ text: "$var{tpoic}" }));
    expect(problemsOf(definition)).toEqual([expect.stringMatching(/^main\.use: text: .*"tpoic".* did you mean "topic"\?/)]);
  });

  it("to a name that is there twice is good: the nearest hides the other (D-49)", () => {
    const inner = flow("inner").forEach("in", { items: "$expr{item}", body: reads("$expr{item.path}") });
    expect(problemsOf(flow("main").forEach("out", { items: [[{ path: "a" }]], body: inner }))).toEqual([]);
  });
});

describe("a reference to what an element does not give", () => {
  it.each<[string, string, string]>([
    ["a member of a node", "$expr{$hier{scan}.tre}", '$hier{scan} has no "tre"; did you mean "tree"?'],
    ["a member of an item", "$expr{$hier{scan}.files[0].pth}", '$hier{scan}.files[0] has no "pth"; did you mean "path"?'],
    ["a member of what may be null", "$expr{$hier{scan}.first.pth}", '$hier{scan}.first has no "pth"; did you mean "path"?'],
    ["an element of a flow", "$expr{$hier{fix}.inne.tree}", '$hier{fix} has no "inne"; did you mean "inner"?'],
    ["a member behind a flow", "$expr{$hier{fix.inner}.tre}", '$hier{fix.inner} has no "tre"; did you mean "tree"?'],
    ["a branch", "$expr{$hier{if}.is_tru.inner.tree}", '$hier{if} has no "is_tru"; did you mean "is_true"?'],
    ["a case", "$expr{$hier{on}.bgu.inner.tree}", '$hier{on} has no "bgu"; did you mean "bug"?'],
    ["a member behind a loop", "$expr{$hier{each}[0].inner.tre}", '$hier{each}[0].inner has no "tre"; did you mean "tree"?'],
    ["a member of one iteration", "$expr{$hier{each.iter_2.inner}.tre}", '$hier{each.iter_2.inner} has no "tre"; did you mean "tree"?'],
    ["a parallel branch", "$expr{$hier{both}.lft.inner.tree}", '$hier{both} has no "lft"; did you mean "left"?'],
    ["a part of a try", "$expr{$hier{t}.ctch.inner.tree}", '$hier{t} has no "ctch"; did you mean "catch"?'],
  ])("is found: %s", (_what, text, problem) => {
    const definition = scanned
      .component("fix", one)
      .conditional("if", { condition: "$expr{$hier{scan}.tree == ''}", isTrue: one })
      .switch("on", { on: "$expr{$hier{scan}.tree}", cases: { bug: one } })
      .map("each", { items: "$expr{$hier{scan}.files}", body: one })
      .parallel("both", { left: one, right: one })
      .try("t", { body: one, catch: one })
      .node("use", say({ text }));
    expect(problemsOf(definition)).toEqual([expect.stringContaining(problem)]);
    expect(problemsOf(definition)[0]).toMatch(/^main\.use: text: /);
  });

  it.each([
    "$expr{$hier{scan}.more.other}",
    "$expr{$hier{scan}.any.whatever[3].it.is}",
    "$expr{$hier{scan}.files.length}",
    "$expr{$hier{scan}.files[7].tags[0]}",
    "$expr{$hier{scan}.tre ?? 'none'}",
    "$expr{$hier{main.scan}.tree}",
  ])("is not what nobody can know, and not what may be missing: %s", (text) => {
    expect(problemsOf(scanned.node("use", say({ text })))).toEqual([]);
  });

  it("is also an element that is not there, whatever comes after ??", () => {
    expect(problemsOf(scanned.node("use", say({ text: "$expr{$hier{scna} ?? 'none'}" })))).toEqual([expect.stringContaining('did you mean "scan"?')]);
  });
});

describe("a reference to what a variable has not", () => {
  const options = { variables: { o: variable(z.object({ path: z.string(), deep: z.object({ n: z.int().default(1) }) })), free: { path: "x" } } };
  const inLoop = (text: string, items: Items<unknown>) => scanned.component("in", flow("in", options).forEach("each", { items, body: reads(text) }));

  it.each<[string, ComponentDefinition, string]>([
    [
      "one that is declared",
      flow("main", options).node("use", say({ text: "$expr{o.pth}" })),
      'main.use: text: o has no "pth"; did you mean "path"?',
    ],
    ["a part of it", flow("main", options).node("use", say({ text: "$expr{o.deep.m}" })), 'o.deep has no "m"'],
    ["a text", flow("main", options).node("use", say({ text: "$expr{o.path.x}" })), 'o.path has no "x": it is a text'],
    ["an item", inLoop("$expr{item.pth}", "$expr{$hier{scan}.files}"), 'item has no "pth"; did you mean "path"?'],
    ["an item of a list of a variable", inLoop("$expr{item.pth}", "$expr{$hier{scan}.files[0].tags}"), 'item has no "pth": it is a text'],
    ["an item of a list that is written down", inLoop("$expr{item.pth}", [{ path: "$expr{$hier{scan}.tree}" }]), 'item has no "pth"; did you mean'],
    ["an index", inLoop("$expr{index.x}", [1]), 'index has no "x": it is a number'],
    ["what came before", inLoop("$expr{previous.sya.text}", [1]), 'previous has no "sya"; did you mean "say"?'],
    ["an error", flow("main").try("t", { body: one, catch: reads("$expr{error.cod}") }), 'error has no "cod"; did you mean "code"?'],
    ["one that every template has", reads("$expr{runId.x}"), 'runId has no "x": it is a text'],
    [
      "what a loop is as long as",
      flow("main").while("again", { condition: "$expr{previous.sya == null}", max: 1, body: reads("") }),
      'main.again: condition: previous has no "sya"',
    ],
    [
      "a list of a node",
      scanned.node("use", say({ text: "$expr{$hier{scan}.files.path}" })),
      '$hier{scan}.files has no "path": it is a list, whose items',
    ],
    [
      "a loop",
      scanned.map("each", { items: [1], body: one }).node("use", say({ text: "$expr{$hier{each}.inner}" })),
      '$hier{each} has no "inner": it is a list',
    ],
  ])("is found: %s", (_what, definition, problem) => {
    expect(problemsOf(definition)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    "$expr{o.path.length}",
    "$expr{o.deep.n}",
    "$expr{free.anything}",
    "$expr{o.pth ?? ''}",
    "$expr{o?.pth == null ? '' : 'x'}",
    "$expr{o.path.upper()}",
  ])("is not one to what it may have: %s", (text) => {
    expect(problemsOf(flow("main", options).node("use", say({ text })))).toEqual([]);
  });

  it.each(["$expr{error.path ?? ''}", "$expr{error.details.path}", "$expr{error.cause.message}"])("is not one to what an error has: %s", (text) => {
    expect(problemsOf(flow("main").try("t", { body: one, catch: reads(text) }))).toEqual([]);
  });
});

describe("the whole path of something", () => {
  const body = (name: string) =>
    flow("body")
      .node("x", scan({}))
      .component("in", reads(`$expr{$hier{${name}}.tree}`));
  const loop = (name: string) => flow("main").forEach("each", { items: [1], body: body(name) });

  it("of one iteration is another one in each, and what is meant is said (D-54)", () => {
    expect(problemsOf(loop("main.each.iter_0.x"))).toEqual([
      'main.each.iter_*.in.say: text: there is no node "main.each.iter_0.x" before this; that of the same iteration is "x"',
    ]);
    expect(problemsOf(loop("x"))).toEqual([]);
  });

  it("is good of a loop that is over", () => {
    expect(problemsOf(loop("x").node("use", say({ text: "$expr{$hier{main.each.iter_0.x}.tree}" })))).toEqual([]);
  });

  it("has room for the names of what is kept below it, in every iteration", () => {
    const long = (ids: number, inner: ComponentDefinition): ComponentDefinition =>
      ids === 0 ? inner : long(ids - 1, flow("x".repeat(64)).component("y".repeat(64), inner as never));
    expect(problemsOf(long(13, one))).toEqual([]);
    expect(problemsOf(long(14, one))).toEqual([expect.stringMatching(/its path may have 9\d\d characters, and leaves no room/)]);
    const loops = flow("main").map("m".repeat(60), { items: [1], body: long(13, one) as never });
    expect(problemsOf(loops)).toEqual([expect.stringContaining("leaves no room")]);
  });
});

describe("what a block decides by, where it is decided already,", () => {
  it.each<[string, () => ComponentDefinition, RegExp]>([
    [
      "a condition that is no boolean",
      () => flow("main").conditional("if", { condition: "yes", isTrue: one }),
      /^main\.if: condition: it is a text, and not true or false/,
    ],
    ["items that are no list", () => flow("main").map("each", { items: "abc", body: one }), /^main\.each: items: it is a text, and not a list/],
    [
      "a start that is no number",
      () => flow("main").forEach("each", { items: [1], start: "$expr{'1'}", body: one }),
      /^main\.each: start: it is a text, and not a number/,
    ],
    [
      "a condition of a while",
      () => flow("main").while("again", { condition: "$expr{1 + 1}", max: 1, body: one }),
      /^main\.again: condition: it is a number, and not true or false/,
    ],
    [
      "settings",
      () => flow("main").map("each", { items: [1], body: flow("b").node("say", say({ text: 3 as never })) }),
      /^main\.each\.iter_\*\.say: text: /,
    ],
    [
      "a fallback",
      () => flow("main").node("say", say({ text: "x" }), { onFailure: { fallback: { txt: "x" } as never } }),
      /^main\.say: onFailure\.fallback: text: /,
    ],
    [
      "a value for a variable",
      () => flow("main").component("in", flow("in", { variables: { n: variable(z.number()) } }).with({ n: "x" as never })),
      /^main\.in: variable "n": does not fit/,
    ],
    [
      "a value for no variable",
      () => {
        const inside = flow("in", { variables: { n: 1 } });
        const made = flow("main").component("in", inside);
        const [element] = made.elements;
        return { ...made, elements: [{ ...element!, bindings: { m: 1 } }] };
      },
      /^main\.in: there is no variable "m" to be given; did you mean "n"\?/,
    ],
  ])("has to be of its kind: %s", (_what, make, problem) => {
    expect(problemsOf(make())).toEqual([expect.stringMatching(problem)]);
  });

  it("may be anything where it is decided by a run", () => {
    const definition = scanned
      .conditional("if", { condition: "$expr{$hier{scan}.any}", isTrue: one })
      .map("each", { items: "$expr{$hier{scan}.any}", body: one });
    expect(problemsOf(agent("a").component("main", definition))).toEqual([]);
  });
});
