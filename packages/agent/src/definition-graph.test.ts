import { DefinitionGraph, type GraphEdge } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { agent, flow } from "./component.ts";
import type { ComponentDefinition } from "./definition.ts";
import { definitionDigest } from "./definition-digest.ts";
import { definitionGraph } from "./definition-graph.ts";
import { everything } from "./testing-definition.ts";
import { say, scan, shout } from "./testing-nodes.ts";
import { walk } from "./walk.ts";

const edgeText = ({ from, to, kind, label }: GraphEdge) => `${from} ${kind}${label === undefined ? "" : ` ${label}`} ${to}`;
const control = (definition: ComponentDefinition) =>
  definitionGraph(definition)
    .edges.filter(({ kind }) => kind !== "data")
    .map(edgeText);
const data = (definition: ComponentDefinition) =>
  definitionGraph(definition)
    .edges.filter(({ kind }) => kind === "data")
    .map(edgeText);

describe("the graph of a definition", () => {
  const graph = definitionGraph(everything);

  it("is of its public form, and the same after JSON", () => {
    expect(DefinitionGraph.parse(JSON.parse(JSON.stringify(graph)))).toEqual(graph);
    expect(graph.digest).toBe(definitionDigest(everything));
  });

  it("has all that stands in it in order, each with what it stands in", () => {
    expect(graph.elements.map(({ path }) => path)).toEqual([...walk(everything)].map(({ path }) => path));
    expect(graph.elements.map(({ path, parent }) => (parent === undefined ? path : path.slice(parent.length + 1)))).not.toContain("");
    expect(graph.elements.filter(({ parent }) => parent === undefined).map(({ path }) => path)).toEqual(["coder"]);
  });

  it("says what each is, does and decides by", () => {
    const at = (path: string) => graph.elements.find((element) => element.path === path);
    expect(at("coder")).toEqual({
      path: "coder",
      kind: "agent",
      label: "agent, needs task",
      name: "coder",
      description: "Codes.",
      variables: [
        { name: "task", required: true },
        { name: "tone", required: false },
      ],
    });
    expect(at("coder.scan")).toEqual({
      path: "coder.scan",
      parent: "coder",
      kind: "node",
      label: "scan, within 1.5 s, 3 attempts",
      nodeType: "scan",
      effect: "pure",
      policy: { timeoutMs: 1500, retry: { attempts: 3 } },
    });
    expect(at("coder.fix")).toMatchObject({
      kind: "flow",
      label: "flow inner, gets what",
      name: "inner",
      gets: { what: "$expr{$hier{scan}.files[0].path}" },
    });
    expect(at("coder.each")).toEqual({
      path: "coder.each",
      parent: "coder",
      kind: "for_each",
      label: "for each item of $expr{$hier{scan}.files}, from 1",
      decides: { items: "$expr{$hier{scan}.files}", item: "item", index: "index", previous: "previous", start: 1 },
    });
    expect(at("coder.each.iter_*.read")).toMatchObject({ effect: "idempotent", label: "shout, idempotent, goes on when it fails" });
    expect(at("coder.mapped")).toMatchObject({ decides: { concurrency: 4, max: 10 } });
    expect(at("coder.both")).toMatchObject({ kind: "parallel", decides: {} });
    expect(at("coder.guarded")).toMatchObject({ decides: { codes: ["NODE_FAILED"], error: "error" } });
    expect(at("coder.both.right")).toMatchObject({ kind: "agent", name: "right", label: "agent", variables: [] });
  });

  it("has what comes after what, for every block", () => {
    expect(control(everything)).toEqual([
      "coder.scan next coder.fix",
      "coder.fix next coder.cond",
      "coder.cond next coder.choice",
      "coder.choice next coder.each",
      "coder.each next coder.mapped",
      "coder.mapped next coder.again",
      "coder.again next coder.both",
      "coder.both next coder.guarded",
      "coder.guarded next coder.sum",
      "coder.cond branch true coder.cond.is_true",
      "coder.cond branch false coder.cond.is_false",
      "coder.choice branch add coder.choice.add",
      "coder.choice branch remove coder.choice.remove",
      "coder.choice branch otherwise coder.choice.otherwise",
      "coder.each branch each coder.each.iter_*",
      "coder.each.iter_* again coder.each",
      "coder.mapped branch each coder.mapped.iter_*",
      "coder.again branch each coder.again.iter_*",
      "coder.again.iter_* again coder.again",
      "coder.both branch left coder.both.left",
      "coder.both branch right coder.both.right",
      "coder.guarded branch try coder.guarded.try",
      "coder.guarded.try error coder.guarded.catch",
      "coder.guarded.try finally coder.guarded.finally",
      "coder.guarded.catch finally coder.guarded.finally",
    ]);
    expect(control(flow("f").try("t", { body: flow("b"), finally: flow("c") }))).toEqual(["f.t branch try f.t.try", "f.t.try finally f.t.finally"]);
    expect(control(flow("f").try("t", { body: flow("b"), catch: flow("c") }))).toEqual(["f.t branch try f.t.try", "f.t.try error f.t.catch"]);
  });

  it("has what reads what, down to the element that gave it", () => {
    expect(data(everything)).toEqual([
      "coder.scan data files[0].path coder.fix",
      "coder.scan data files[0].bytes coder.cond",
      "coder.scan data files coder.each",
      "coder.scan data tree coder.each.iter_*.read",
      "coder.each.iter_*.read data text coder.sum",
      "coder.both.left.n data coder.sum",
    ]);
  });

  it("is refused for what can have no path", () => {
    const element = flow("f").node("a", say("")).elements[0];
    const written = { ...flow("f"), elements: [element, element] } as ComponentDefinition;
    expect(() => definitionGraph(written)).toThrow(expect.objectContaining({ code: "DEFINITION_INVALID" }));
  });
});

describe("what a reference means in the graph", () => {
  const read = (text: string) => shout({ text });

  it("is the nearest element of that name that is over by then, as in a run", () => {
    const inner = flow("inner").node("early", read("$expr{$hier{say}.text}")).node("say", read("")).node("late", read("$expr{$hier{say}.text}"));
    expect(data(flow("f").node("say", read("")).component("in", inner))).toEqual(["f.say data text f.in.early", "f.in.say data text f.in.late"]);
  });

  it("is found by its path from a component around, or from the root", () => {
    const inner = flow("inner").node("a", read("$expr{$hier{fix.plan}.text}")).node("b", read("$expr{$hier{f.fix.plan}.text}"));
    const definition = flow("f")
      .component("fix", flow("fix").node("plan", read("")))
      .parallel("p", { one: inner });
    expect(data(definition)).toEqual(["f.fix.plan data text f.p.one.a", "f.fix.plan data text f.p.one.b"]);
  });

  it("is the body of a loop for each of its iterations, and a loop for its list", () => {
    const definition = flow("f")
      .map("m", { items: [1], body: flow("body").node("a", read("")) })
      .node("one", read("$expr{$hier{m}[3].a.text} $expr{$hier{m.iter_2.a}.text}"))
      .node("all", read("$expr{$hier{m}}"));
    expect(data(definition)).toEqual(["f.m.iter_*.a data text f.one", "f.m data f.all"]);
  });

  it("is that of the nearest element, also where it lacks what one further out has (D-54)", () => {
    const choice = { condition: true, isTrue: flow("yes").node("say", read("")) };
    const inner = flow("inner")
      .conditional("choice", { condition: true, isTrue: flow("no").node("other", read("")) })
      .node("a", read("$expr{$hier{choice.is_true.say}.text}"))
      .node("b", read("$expr{$hier{f.choice.is_true.say}.text}"));
    expect(data(flow("f").conditional("choice", choice).component("in", inner))).toEqual(["f.choice.is_true.say data text f.in.b"]);
  });

  it("is nothing by the whole path of an iteration, within it (D-54)", () => {
    const body = flow("body").node("x", read("")).node("y", read("$expr{$hier{f.each.iter_0.x}.text}"));
    const definition = flow("f")
      .forEach("each", { items: [1], body })
      .node("after", read("$expr{$hier{f.each.iter_0.x}.text}"));
    expect(data(definition)).toEqual(["f.each.iter_*.x data text f.after"]);
  });

  it("is read once by each reader, in settings, conditions, values, policies and record settings", () => {
    const definition = flow("f")
      .node("a", read(""))
      .node("b", read("$expr{$hier{a}.text} and again $expr{$hier{a}.text}"))
      .node("c", read(""), { onFailure: { fallback: { text: "$expr{$hier{a}.text}" } } })
      .node("d", read(""), { idempotencyKey: "$expr{$hier{a}.text}" })
      .node("e", read(""), { record: { outcome: { path: "$expr{$hier{a}.text}" } } })
      .while("w", { condition: "$expr{$hier{a}.text}", max: 1, body: flow("g", { variables: { v: "" } }).with({ v: "$expr{$hier{a}.text}" }) });
    expect(data(definition)).toEqual(["f.b", "f.c", "f.d", "f.e", "f.w", "f.w.iter_*"].map((to) => `f.a data text ${to}`));
  });

  it("is nothing for what is not there, not over yet, the reader itself or what it stands in, and for what cannot be read", () => {
    const inner = flow("inner").node("x", read("$expr{$hier{in}} $expr{$hier{f.in}} $expr{$hier{x}} $expr{$hier{later}} $expr{$hier{gone}} $expr{"));
    expect(
      data(
        flow("f")
          .component("in", inner)
          .node("later", scan({ directory: "." })),
      ),
    ).toEqual([]);
  });

  it("is nothing of a branch beside it", () => {
    const right = flow("right").node("b", read("$expr{$hier{a}.text} $expr{$hier{left.a}.text} $expr{$hier{f.p.left.a}.text}"));
    expect(data(flow("f").parallel("p", { left: flow("left").node("a", read("")), right }))).toEqual([]);
  });

  it("is the same however the agent is used that holds it", () => {
    const inner = agent("inner").node("a", read("")).node("b", read("$expr{$hier{a}.text}"));
    expect(data(agent("root").component("x", inner).component("y", inner))).toEqual(["root.x.a data text root.x.b", "root.y.a data text root.y.b"]);
  });
});
