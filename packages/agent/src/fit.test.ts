import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fitted, misfit, outputMisfit } from "./fit.ts";

describe("misfit", () => {
  it("says why a value does not fit, and nothing of one that does", () => {
    expect(misfit(z.object({ a: z.object({ b: z.int() }) }), { a: { b: "x" } })).toBe("a.b: Invalid input: expected number, received string");
    expect(misfit(z.string(), "x")).toBeUndefined();
  });

  it("says what may have been meant by members that a schema has not", () => {
    const inner = z.strictObject({ cwd: z.string().nullable().optional() });
    const schema = z.strictObject({ settings: inner.nullable().default({}) });
    expect(misfit(schema, { setings: {} })).toBe('setings: there is none; did you mean "settings"? there is "settings"');
    expect(misfit(schema, { settings: { cwdd: 1, x_y_z: 2 } })).toBe(
      'settings.cwdd: there is none; did you mean "cwd"? there is "cwd"; settings.x_y_z: there is none; there is "cwd"',
    );
    expect(misfit(z.strictObject({}), { x: 1 })).toBe("x: there is none");
  });

  it("takes a schema that throws for one that nothing fits", () => {
    const schema = z.string().refine(() => {
      throw new Error("cannot look");
    });
    expect(misfit(schema, "x")).toBe("cannot look");
  });
});

describe("fitted", () => {
  it("gives what a schema makes of a value, and why there is nothing", () => {
    expect(fitted(z.object({ depth: z.int().default(3) }), {})).toEqual({ data: { depth: 3 } });
    expect(fitted(z.string().transform(Number), "5")).toEqual({ data: 5 });
    expect(fitted(z.int(), "x")).toEqual({ problem: "Invalid input: expected number, received string" });
  });

  it("takes nothing that a schema makes and that is no data", () => {
    expect(fitted(z.string().transform(Number), "x")).toMatchObject({ problem: expect.stringContaining("NaN") as string });
    expect(fitted(z.coerce.date(), "2020-01-01")).toMatchObject({ problem: expect.stringContaining("JSON cannot carry") as string });
    expect(misfit(z.coerce.date(), "2020-01-01")).toBeUndefined();
  });
});

describe("outputMisfit", () => {
  const numberOfText = z.codec(z.string(), z.number(), { decode: Number, encode: String });

  it("says why a value is none that a schema gives, also where it would be none that it takes", () => {
    expect(outputMisfit(z.object({ n: z.number() }), { n: "x" })).toBe("n: Invalid input: expected number, received string");
    expect(outputMisfit(numberOfText, 0)).toBeUndefined();
    expect(outputMisfit(numberOfText, "0")).toContain("expected number");
    expect(outputMisfit(z.object({ n: z.int().default(3) }), {})).toContain("n: ");
  });

  it("says nothing of what a function makes", () => {
    expect(outputMisfit(z.string().transform(Number), 0)).toBeUndefined();
  });

  it("takes a schema that throws for one that nothing fits", () => {
    const schema = z.string().refine(() => {
      throw new Error("cannot look");
    });
    expect(outputMisfit(schema, "x")).toBe("cannot look");
  });
});
