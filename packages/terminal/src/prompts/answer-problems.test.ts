import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { answerProblems, schemaProblems } from "./answer-problems.ts";

function problems(schema: z.ZodType, value: Json): string[] {
  return schemaProblems(z.toJSONSchema(schema, { io: "input" }) as Record<string, Json>, value);
}

const operation = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("create"), path: z.string().min(1), content: z.string() }),
  z.strictObject({ type: z.literal("delete"), path: z.string().min(1) }),
]);

describe("schemaProblems", () => {
  it("names each place that does not fit, and what is expected there", () => {
    const schema = z.strictObject({ name: z.string().min(2), tags: z.array(z.int()), more: z.string().optional() });
    expect(problems(schema, { name: "x", tags: [1, "two"], other: true })).toEqual([
      "name: Too small: expected string to have >=2 characters",
      "tags[1]: expected number, received string",
      "other: there is no such member",
    ]);
    expect(problems(schema, { name: "xy", tags: [] })).toEqual([]);
  });

  it("speaks of the form that was meant, of several", () => {
    expect(problems(z.array(operation), [{ type: "create", path: "" }])).toEqual([
      "[0].path: Too small: expected string to have >=1 characters",
      "[0].content: expected string, received undefined",
    ]);
    expect(problems(z.union([z.string().min(3), z.array(z.string())]), "a")).toEqual(["Too small: expected string to have >=3 characters"]);
  });

  it("leaves to the run what it cannot check", () => {
    expect(schemaProblems({ type: "string", not: { const: "x" } }, 1)).toEqual([]);
    expect(schemaProblems({ type: "string", pattern: "(" }, "x")).toEqual([]);
  });

  it("checks a schema that contains itself", () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree);
      },
    });
    expect(problems(Tree, { name: "a", children: [{ name: 1, children: [] }] })).toEqual(["children[0].name: expected string, received number"]);
  });
});

describe("answerProblems", () => {
  const choices = [
    { value: "red", label: "Red" },
    { value: { hue: 2 }, label: "Other" },
  ];

  it("takes one of the choices, by its value, and of a list any number of them", () => {
    expect(answerProblems({ schema: {}, choices }, { hue: 2 })).toEqual([]);
    expect(answerProblems({ schema: {}, choices }, "rde")).toEqual([
      '"rde" is not among the choices; did you mean "red"? there are "red", "{\\"hue\\":2}"',
    ]);
    const list = { schema: { type: "array" }, choices };
    expect(answerProblems(list, ["red", { hue: 2 }])).toEqual([]);
    expect(answerProblems(list, ["red", "blue"])).toEqual([expect.stringContaining('"blue" is not among the choices')]);
  });
});
