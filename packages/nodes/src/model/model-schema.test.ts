import { describe, expect, it } from "vitest";
import { z } from "zod";
import { modelSchema, problemsOf } from "./model-schema.ts";

describe("modelSchema", () => {
  const Recursive: z.ZodType = z.object({
    id: z.bigint(),
    get children() {
      return z.array(Recursive);
    },
  });
  const twins = z.object({ a: z.string().meta({ id: "twin" }), b: z.number().meta({ id: "twin" }) });

  it.each([
    ["a member", z.object({ list: z.array(z.object({ when: z.date().optional() })) }), "list[].when: Date cannot be represented"],
    ["a value by any name", z.object({ by: z.record(z.string(), z.map(z.string(), z.string())) }), "by[]: Map cannot be represented"],
    ["a member whose name is a word of JSON Schema", z.object({ items: z.object({ properties: z.symbol() }) }), "items.properties: Symbol"],
    ["one of several forms", z.object({ form: z.union([z.string(), z.bigint()]) }), "form: BigInt cannot be represented"],
    ["a literal", z.object({ one: z.literal(1n) }), "one: BigInt literals"],
    ["a member of a schema that refers to itself", Recursive, "id: BigInt"],
    ["the schema itself", z.date(), "Date cannot be represented"],
    ["two parts together", twins, "Duplicate schema id"],
  ])("says of %s that no model can be told it", (_what, schema, problem) => {
    expect(() => modelSchema(schema, "the input")).toThrow(
      expect.objectContaining({
        code: "DEFINITION_INVALID",
        message: expect.stringContaining(`no model can be told the input: ${problem}`) as string,
      }),
    );
  });

  it("takes zod schemas only", () => {
    expect(() => modelSchema({ type: "object" } as never, "the input")).toThrow(new TypeError("the input is no zod schema"));
  });
});

describe("problemsOf", () => {
  const Text = z.union([z.string(), z.strictObject({ text: z.string() }), z.literal(3)]);
  const Shape = z.union([z.object({ kind: z.literal("circle"), radius: z.number() }), z.object({ kind: z.literal("square"), side: z.number() })]);

  it.each([
    ["is none of them", Text, 5, "it: expected string or object or 3"],
    ["is missing", Text, undefined, "it: expected string or object or 3"],
    ["is most like the second", Text, { text: 1 }, "it.text: Invalid input: expected string, received number"],
    ["has least wrong as the second", Shape, { kind: "square", side: "1" }, "it.side: Invalid input: expected number, received string"],
    ["is none of several values", z.union([z.literal("a"), z.literal("b")]), "c", 'it: expected "a" or "b"'],
    ["has a message of its own", z.union([z.string(), z.number()], "say it in words"), null, "it: say it in words"],
  ])("says what is wrong with what may be several things and %s", (...[, schema, value, problem]) => {
    expect(problemsOf(z.object({ it: schema }).safeParse({ it: value }).error!)).toBe(problem);
  });

  it("lists the first five", () => {
    const problems = problemsOf(z.array(z.string()).safeParse([1, 2, 3, 4, 5, 6, 7]).error!);
    expect(problems).toMatch(/^\[0\]: .*; \[4\]: [^;]*; and 2 more$/);
  });
});
