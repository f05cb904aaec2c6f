import { describe, expect, it } from "vitest";
import { z } from "zod";
import { valueOfVariable } from "./fit.ts";
import { defineNode } from "./node-definition.ts";

const spec = { type: "say", version: "1", effect: "pure", settings: z.object({}), output: z.null(), execute: () => null } as const;

describe("defineNode", () => {
  it.each<[string, object, string]>([
    ["no effect", { effect: undefined }, 'the effect of node type "say" is undefined: give one of pure, idempotent, effectful'],
    ["an effect that is none", { effect: "pur" }, 'is "pur"'],
    ["no version", { version: undefined }, "the version of a node type is undefined"],
    ["a type that is no text", { type: 3 }, "the type of a node type is 3"],
  ])("refuses %s where it is made", (_what, wrong, message) => {
    expect(() => defineNode({ ...spec, ...wrong })).toThrow(
      expect.objectContaining({ name: "TypeError", message: expect.stringContaining(message) as string }) as Error,
    );
  });
});

describe("a variable with a plain default", () => {
  it("takes values of the kind of its default, and says so of others", () => {
    expect(valueOfVariable({ default: "world" }, "Ada")).toEqual({ data: "Ada" });
    expect(valueOfVariable({ default: "world" }, 5)).toEqual({
      problem: "it is a number, and its default is a text: declare it with variable() if both are meant",
    });
    expect(valueOfVariable({ default: 3 }, ["many"])).toMatchObject({ problem: expect.stringContaining("its default is a number") as string });
    expect(valueOfVariable({ default: null }, 5)).toEqual({ data: 5 });
    expect(valueOfVariable({ default: [] }, {})).toEqual({ data: {} });
  });
});
