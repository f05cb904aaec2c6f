import { isJsonObject, type Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { shapeOfSchema } from "./schema-shape.ts";
import { type Shape, shapeOfValue } from "./shape.ts";

/** A schema, and values that it takes. */
interface Made {
  readonly schema: z.ZodType;
  readonly values: readonly unknown[];
}

const { made } = fc.letrec<{ made: Made }>((tie) => {
  const inner = tie("made");
  const wrapped = (wrap: (schema: z.ZodType) => z.ZodType, more: readonly unknown[] = []) =>
    inner.map(({ schema, values }) => ({ schema: wrap(schema), values: [...values, ...more] }));
  return {
    made: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<Made>(
        { schema: z.string(), values: ["", "text"] },
        { schema: z.email(), values: ["a@b.example"] },
        { schema: z.int(), values: [0, 7] },
        { schema: z.boolean(), values: [true, false] },
        { schema: z.null(), values: [null] },
        { schema: z.enum(["a", "b"]), values: ["a", "b"] },
        { schema: z.literal([1, "one", null]), values: [1, "one", null] },
        { schema: z.unknown(), values: [1, "x", { any: [1] }] },
        { schema: z.json(), values: [{ deep: [null] }, "x"] },
        { schema: z.string().transform((text) => ({ length: text.length })), values: ["abc"] },
        { schema: z.codec(z.string(), z.number(), { decode: Number, encode: String }), values: ["3"] },
        { schema: z.preprocess(String, z.string()), values: [1, true] },
      ),
      wrapped((schema) => z.array(schema)).map(({ schema, values }) => ({ schema, values: [[], values] })),
      wrapped((schema) => z.tuple([schema]).rest(z.boolean())).map(({ schema, values }) => ({
        schema,
        values: values.map((value) => [value, true]),
      })),
      wrapped((schema) => z.record(z.string(), schema)).map(({ schema, values }) => ({ schema, values: values.map((value) => ({ k: value })) })),
      wrapped((schema) => z.record(z.enum(["k"]), schema)).map(({ schema, values }) => ({ schema, values: values.map((value) => ({ k: value })) })),
      wrapped((schema) => z.object({ own: schema, none: z.string().optional() })).map(({ schema, values }) => ({
        schema,
        values: values.map((value) => ({ own: value, other: 1 })),
      })),
      wrapped((schema) => z.object({ own: schema }).catchall(z.number())).map(({ schema, values }) => ({
        schema,
        values: values.map((value) => ({ own: value, other: 1 })),
      })),
      fc.tuple(inner, inner).map(([one, other]) => ({
        schema: z.intersection(z.object({ one: one.schema }), z.object({ other: other.schema })),
        values: one.values.flatMap((value) => other.values.map((another) => ({ one: value, other: another }))),
      })),
      fc.tuple(inner, inner).map(([one, other]) => ({ schema: z.union([one.schema, other.schema]), values: [...one.values, ...other.values] })),
      wrapped((schema) => schema.nullable(), [null]),
      wrapped((schema) => schema.readonly()),
      wrapped((schema) => z.lazy(() => schema)),
    ),
  };
});

/** Whether a value is allowed by a shape, and each of its parts by those of the shape. What may be missing may be null. */
function allows(shape: Shape, value: Json): boolean {
  const kinds = shapeOfValue(value).kinds ?? [];
  if (value !== null && shape.kinds !== undefined && !kinds.some((kind) => shape.kinds?.includes(kind))) return false;
  if (value !== null && shape.values !== undefined && !shape.values.includes(value)) return false;
  const parts: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? (value as readonly Json[]).map((item, at) => [at, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return parts.every(([key, part]) => {
    const inner = shape.part(key);
    return inner !== undefined && allows(inner, part);
  });
}

describe("the shape of a schema", () => {
  it("allows whatever the schema gives", () => {
    fc.assert(
      fc.property(made, ({ schema, values }) => {
        const given = values.map((value) => schema.safeParse(value)).filter(({ success }) => success);
        expect(given.map(({ data }) => data as Json).filter((data) => !allows(shapeOfSchema(schema), data))).toEqual([]);
      }),
    );
  });

  const Tree = z.object({
    name: z.string(),
    get children() {
      return z.array(Tree);
    },
  });

  it.each<[string, z.ZodType, Partial<Shape>]>([
    ["texts", z.uuid(), { kinds: ["text"] }],
    ["what may be missing", z.int().optional(), { kinds: ["number"] }],
    ["one of several texts", z.enum(["a", "b"]), { kinds: ["text"], values: ["a", "b"] }],
    ["either", z.union([z.literal("a"), z.literal(true)]), { kinds: ["text", "boolean"], values: ["a", true] }],
    ["what a function makes", z.string().transform((text) => text), { kinds: undefined }],
    ["what is made first", z.preprocess(String, z.string()), { kinds: ["text"] }],
    ["what has another value where it does not fit", z.int().catch(1), { kinds: ["number"] }],
    ["dates", z.date(), { kinds: undefined }],
    ["a tree", Tree, { kinds: ["object"] }],
  ])("says what is known of %s", (_what, schema, shape) => {
    expect(shapeOfSchema(schema)).toMatchObject(shape);
  });

  it("has the parts that values have, however deep, and no others", () => {
    const deep = shapeOfSchema(Tree).part("children")?.part(3)?.part("children")?.part(0);
    expect([deep?.part("name")?.kinds, deep?.part("nmae"), deep?.part(0), deep?.part("name")?.part("x")]).toEqual([
      ["text"],
      undefined,
      undefined,
      undefined,
    ]);
    expect(deep?.names()).toEqual(["name", "children"]);
    expect(shapeOfSchema(z.record(z.enum(["a"]), z.int())).part("b")).toBeUndefined();
    expect(shapeOfSchema(z.looseObject({})).part("b")).toMatchObject({ kinds: undefined });
  });
});
