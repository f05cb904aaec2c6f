import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { assertDefinition } from "./assert-definition.ts";
import { agent, flow } from "./component.ts";
import { type AgentDefinition, type ComponentDefinition, type FlowDefinition, isDefinition } from "./definition.ts";
import { defineNode } from "./node-definition.ts";

const shout = defineNode({ type: "shout", version: "1", effect: "pure", settings: z.object({}), output: z.null(), execute: () => null });

describe("assertDefinition", () => {
  it.each([
    ["an agent", agent("a")],
    ["a flow with elements", flow("f").node("shout", shout({}))],
    ["a definition of another copy of the package", { kind: "flow", id: "f", description: undefined, variables: {}, elements: [] }],
  ])("takes %s", (_what, definition) => {
    expect(() => assertDefinition(definition)).not.toThrow();
    expect(isDefinition(definition)).toBe(true);
  });

  it.each<[unknown, string]>([
    [undefined, "not undefined"],
    [null, "not null"],
    [7, "not a number"],
    ["agent.ts", 'not the text "agent.ts"'],
    [[agent("a")], "not an array"],
    [{}, "not an object without members"],
    [Object.create(null), "not an object without members"],
    [{ default: agent("a"), helper: 1 }, "not an object with the members default, helper"],
    [{ kind: "agent", id: "a" }, "not an object with the members kind, id"],
    [{ kind: ["agent"], id: "a", elements: [] }, "not an object with the members kind, id, elements"],
    [shout({}), 'not a node of type "shout"'],
    [{ kind: "node" }, "not a node"],
    [flow("f", { variables: { a: 1 } }).with({ a: 2 }), 'not the flow "f" with values for its variables'],
    [agent, "not the function agent: call it"],
    [() => agent("a"), "not a function: call it"],
    [Promise.resolve(agent("a")), "not a Promise: await it"],
  ])("refuses %o and says what it is", (given, text) => {
    expect(() => assertDefinition(given)).toThrow(
      expect.objectContaining({ name: "DefinitionError", code: "DEFINITION_INVALID", message: expect.stringContaining(text) as string }),
    );
    expect(isDefinition(given)).toBe(false);
  });

  it("tells the compiler", () => {
    const given: unknown = agent("a");
    if (isDefinition(given)) expectTypeOf(given).toEqualTypeOf<AgentDefinition | FlowDefinition>();
    assertDefinition(given);
    expectTypeOf(given).toEqualTypeOf<ComponentDefinition>();
  });
});
