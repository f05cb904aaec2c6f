import { Json } from "@dad/protocol";
import { expect, it } from "vitest";
import { z } from "zod";
import { shapeText } from "./shape-text.ts";

it.each([
  [z.strictObject({ exitCode: z.int(), end: z.strictObject({ stdout: z.string() }).optional() }), "{ exitCode: integer, end?: { stdout: string } }"],
  [z.object({ of: z.array(z.enum(["a", "b"])), all: z.array(z.unknown()) }), '{ of: ["a" | "b", …], all: [any JSON, …] }'],
  [z.union([z.null(), z.literal(3), z.record(z.string(), z.number())]), "null | 3 | { [name]: number }"],
  [z.object({}), "{}"],
  [z.null(), "null"],
  [z.void(), "any JSON"],
  [Json, "any JSON"],
  [z.string().transform(Number), "string"],
  [z.tuple([z.string(), z.boolean()]), "[string, boolean]"],
  [z.object({ a: z.object({ b: z.object({ c: z.object({ d: z.string() }) }) }) }), "{ a: { b: { c: { … } } } }"],
])("tells what %# takes", (schema, text) => {
  expect(shapeText(schema)).toBe(text);
});

it("tells a recursive one as far as that goes", () => {
  const Tree = z.object({
    get of() {
      return z.array(Tree);
    },
  });
  expect(shapeText(Tree)).toBe("{ of: [any JSON, …] }");
});

it("cuts what nobody reads", () => {
  const many = z.object(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`member${index}`, z.string()])));
  expect(shapeText(many)).toMatch(/^\{ member0: string, .{450,500}…$/);
});
