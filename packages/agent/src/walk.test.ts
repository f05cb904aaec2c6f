import type { NodeId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { agent, flow } from "./component.ts";
import { type Definition, EVERY_ITERATION, type FlowDefinition, iterationOf, iterationStep } from "./definition.ts";
import { say } from "./testing-nodes.ts";
import { childrenOf, definitionAt, walk } from "./walk.ts";

const one = (id: string) => flow(id).node("n", say(id));
const everything = agent("root")
  .node("first", say("first"))
  .component("sub", one("inner"))
  .conditional("cond", { condition: true, isTrue: one("yes"), isFalse: one("no") })
  .switch("choice", { on: "a", cases: { a: one("a"), b: one("b") }, otherwise: one("c") })
  .forEach("each", { items: [1], body: flow("body").map("deep", { items: [1], body: one("deeper") }) })
  .while("again", { condition: true, max: 2, body: one("round") })
  .parallel("both", { left: one("left"), right: one("right") })
  .try("guarded", { body: one("tried"), catch: one("caught"), finally: one("cleaned") });

const kindOf = (definition: Definition | undefined) =>
  definition?.kind === "node" ? "node" : definition && "id" in definition ? definition.id : definition?.kind;

describe("walk", () => {
  it("gives everything with its path, a component before its elements and a block before its branches", () => {
    expect([...walk(everything)].map(({ path, definition }) => `${path} ${kindOf(definition)}`)).toEqual([
      "root root",
      "root.first node",
      "root.sub inner",
      "root.sub.n node",
      "root.cond conditional",
      "root.cond.is_true yes",
      "root.cond.is_true.n node",
      "root.cond.is_false no",
      "root.cond.is_false.n node",
      "root.choice switch",
      "root.choice.a a",
      "root.choice.a.n node",
      "root.choice.b b",
      "root.choice.b.n node",
      "root.choice.otherwise c",
      "root.choice.otherwise.n node",
      "root.each for_each",
      "root.each.iter_* body",
      "root.each.iter_*.deep map",
      "root.each.iter_*.deep.iter_* deeper",
      "root.each.iter_*.deep.iter_*.n node",
      "root.again while",
      "root.again.iter_* round",
      "root.again.iter_*.n node",
      "root.both parallel",
      "root.both.left left",
      "root.both.left.n node",
      "root.both.right right",
      "root.both.right.n node",
      "root.guarded try",
      "root.guarded.try tried",
      "root.guarded.try.n node",
      "root.guarded.catch caught",
      "root.guarded.catch.n node",
      "root.guarded.finally cleaned",
      "root.guarded.finally.n node",
    ]);
  });

  it("gives the same definition once for each place where it is used", () => {
    const inner = one("inner");
    const paths = [...walk(agent("a").component("x", inner).component("y", inner))].filter(({ definition }) => definition === inner);
    expect(paths.map(({ path }) => path)).toEqual(["a.x", "a.y"]);
  });

  it("refuses what is nested too deeply to have a path", () => {
    let definition: FlowDefinition = flow("leaf");
    for (let level = 0; level < 20; level++) definition = flow(`level${level}`).forEach("in", { items: [1], body: definition });
    expect(() => [...walk(definition)]).toThrow(
      expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringContaining("at most 32 steps") as string }),
    );
  });
});

describe("walk of what was written by hand", () => {
  const element = (id: string) => ({ id: id as NodeId, definition: say("x") });
  const written = (...ids: string[]): FlowDefinition => ({ ...flow("f"), elements: ids.map(element) });
  const refused = (definition: FlowDefinition) => () => [...walk(definition)];

  it("refuses an id that is none, and says where", () => {
    expect(refused(written("../../up"))).toThrow(
      expect.objectContaining({ code: "DEFINITION_INVALID", message: expect.stringContaining('"../../up" in f') as string }),
    );
    expect(refused({ ...flow("f"), id: "files" as NodeId })).toThrow("reserved name");
  });

  it("refuses ids that only differ in case, and names both (D-11)", () => {
    expect(refused(written("plan", "fix", "Plan"))).toThrow('f has the id "plan" already: give "Plan" another name');
  });

  it("refuses a branch whose name can be no step", () => {
    const branch = { component: one("inner"), bindings: {} };
    const definition: FlowDefinition = {
      ...flow("f"),
      elements: [{ id: "p" as NodeId, definition: { kind: "parallel", branches: { "a b": branch } } }],
    };
    expect(refused(definition)).toThrow('"a b" in f.p can have no path');
  });
});

describe("childrenOf", () => {
  it("gives what stands directly in a definition, by its step", () => {
    const steps = (path: string) => childrenOf(definitionAt(everything, path)!).map(([step]) => step);
    expect(steps("root")).toEqual(["first", "sub", "cond", "choice", "each", "again", "both", "guarded"]);
    expect(steps("root.cond")).toEqual(["is_true", "is_false"]);
    expect(steps("root.choice")).toEqual(["a", "b", "otherwise"]);
    expect(steps("root.each")).toEqual([EVERY_ITERATION]);
    expect(steps("root.both")).toEqual(["left", "right"]);
    expect(steps("root.guarded")).toEqual(["try", "catch", "finally"]);
    expect(steps("root.first")).toEqual([]);
  });
});

describe("definitionAt", () => {
  it("finds an iteration of a loop by its position, whatever that is", () => {
    for (const step of ["iter_0", "iter_7", "iter_999999999", "iter_*"]) expect(kindOf(definitionAt(everything, `root.each.${step}`))).toBe("body");
    expect(kindOf(definitionAt(everything, "root.each.iter_3.deep.iter_1.n"))).toBe("node");
  });

  it.each([
    "other",
    "root.nothing",
    "root.first.n",
    "root.cond.yes",
    "root.cond.isTrue",
    "root.choice.c",
    "root.each.body",
    "root.each.iter_",
    "root.each.iter_01",
    "root.each.iter_-1",
    "root.each.iter_1000000000",
    "root.both.iter_0",
    "root.guarded.handler",
    "root.",
    "",
    "root.nothing.deeper",
    "root.cond.constructor",
  ])("finds nothing at %j", (path) => {
    expect(definitionAt(everything, path)).toBeUndefined();
  });
});

describe("the step of an iteration", () => {
  it("names its position and is read back", () => {
    for (const index of [0, 1, 10, 999_999_999]) expect(iterationOf(iterationStep(index))).toBe(index);
    for (const step of ["iter_", "iter_01", "iter_1.5", "Iter_1", "iter_*", "xiter_1"]) expect(iterationOf(step)).toBeUndefined();
  });
});
