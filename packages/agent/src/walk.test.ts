import type { NodeId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, type ComponentOptions, type FlowDefinition, flow } from "./component-definition.ts";
import { definitionDigest } from "./definition-digest.ts";
import { defineNode } from "./node-definition.ts";
import { walk } from "./walk.ts";

function say(text: string, version = "1", type = "say") {
  return defineNode({ type, version, effect: "pure", settings: z.object({ text: z.string() }), output: z.null(), execute: () => null })({ text });
}

describe("walk", () => {
  it("gives everything with its path, in the order of running", () => {
    const inner = flow("inner")
      .node("a", say("a"))
      .component("deep", flow("d").node("b", say("b")));
    const definition = agent("root").component("one", inner).node("c", say("c")).component("two", inner);
    expect([...walk(definition)].map(({ path, definition: { kind } }) => `${path} ${kind}`)).toEqual([
      "root agent",
      "root.one flow",
      "root.one.a node",
      "root.one.deep flow",
      "root.one.deep.b node",
      "root.c node",
      "root.two flow",
      "root.two.a node",
      "root.two.deep flow",
      "root.two.deep.b node",
    ]);
  });

  it("refuses what is nested too deeply to have a path", () => {
    let definition: FlowDefinition = flow("leaf");
    for (let level = 0; level < 40; level++) definition = flow(`level${level}`).component("in", definition);
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

  it("refuses ids that only differ in case, and names both", () => {
    expect(refused(written("plan", "fix", "Plan"))).toThrow('f has the id "plan" already: give "Plan" another name');
  });
});

describe("definitionDigest", () => {
  const base = (options: ComponentOptions = {}) => flow("f", { variables: { a: 1, b: 2 }, ...options });
  const digest = definitionDigest(base().node("x", say("x")).node("y", say("y")));

  it("does not depend on descriptions or on the order of members", () => {
    const definition = base({ description: "Says.", variables: { b: 2, a: 1 } })
      .node("x", say("x"))
      .node("y", say("y"));
    expect(definitionDigest(definition)).toBe(digest);
  });

  it("is the same on every machine", () => {
    expect(digest).toBe("sha256:07c235a876ee7e4aa60556c83c4b7c4ac84fbdfc2bea219d0529c862e7c64a4f");
  });

  it.each([
    ["an id", base().node("z", say("x")).node("y", say("y"))],
    ["the order", base().node("y", say("y")).node("x", say("x"))],
    ["a setting", base().node("x", say("X")).node("y", say("y"))],
    [
      "a node type",
      base()
        .node("x", say("x", "1", "shout"))
        .node("y", say("y")),
    ],
    ["a version of a node type", base().node("x", say("x", "2")).node("y", say("y"))],
    [
      "a variable",
      base({ variables: { a: 1, b: 3 } })
        .node("x", say("x"))
        .node("y", say("y")),
    ],
    [
      "the kind",
      agent("f", { variables: { a: 1, b: 2 } })
        .node("x", say("x"))
        .node("y", say("y")),
    ],
    [
      "the id of the root",
      flow("g", { variables: { a: 1, b: 2 } })
        .node("x", say("x"))
        .node("y", say("y")),
    ],
    ["an element", base().node("x", say("x"))],
    ["the nesting", base().component("x", flow("x").node("x", say("x")).node("y", say("y")))],
  ])("differs with %s", (_what, definition) => {
    expect(definitionDigest(definition)).not.toBe(digest);
  });
});
