import type { Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataOf } from "./data.ts";
import { DefinitionError } from "./errors.ts";
import { type Reference, referenceTo } from "./reference.ts";

class Money {
  readonly amount = 1;
}

const circular: Record<string, unknown> = {};
circular["self"] = { again: circular };

function nested(levels: number): unknown {
  let value: unknown = "x";
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe("dataOf", () => {
  it.each<[string, unknown, string]>([
    ["a function", { on: { end: () => 1 } }, "on.end of the settings is a function"],
    ["a bigint", { sizes: [1, 2n] }, "sizes[1] of the settings is a bigint"],
    ["a symbol", { "a b": Symbol("x") }, '["a b"] of the settings is a symbol'],
    ["NaN", { limit: Number.NaN }, "limit of the settings is NaN"],
    ["infinity", { limit: -Infinity }, "limit of the settings is -Infinity"],
    ["undefined in a list", [undefined], "[0] of the settings is undefined"],
    ["a hole in a list", { list: Array.from({ length: 1 }) }, "list[0] of the settings is undefined"],
    ["a date", { at: new Date(0) }, "at of the settings is a Date, not a plain object"],
    ["a map", new Map(), "the settings is a Map, not a plain object"],
    ["bytes", { data: new Uint8Array(1) }, "data of the settings is a Uint8Array, not a plain object"],
    ["an instance", { price: new Money() }, "price of the settings is a Money, not a plain object"],
    ["a lone surrogate", { text: "a\ud800" }, "text of the settings holds a lone surrogate"],
    ["a circle", circular, "self.again of the settings refers back to an object that contains it"],
    ["a thousand levels", nested(1000), "is more than 128 levels deep"],
  ])("refuses %s and names its place", (_what, settings, problem) => {
    expect(() => dataOf(settings, "the settings")).toThrow(DefinitionError);
    expect(() => dataOf(settings, "the settings")).toThrow(problem);
  });

  it("leaves out members that are undefined", () => {
    expect(Object.keys(dataOf({ a: 1, b: undefined }, "the settings") as object)).toEqual(["a"]);
  });

  it("keeps the same object in two places, and a key __proto__", () => {
    const twice = { x: 1 };
    expect(dataOf({ a: twice, b: [twice] }, "the settings")).toEqual({ a: { x: 1 }, b: [{ x: 1 }] });
    const settings = dataOf(JSON.parse('{"__proto__":{"admin":true}}'), "the settings");
    expect(JSON.stringify(settings)).toBe('{"__proto__":{"admin":true}}');
    expect((settings as { admin?: unknown }).admin).toBeUndefined();
  });

  it("copies every JSON value faithfully and freezes the copy", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
        const copy = dataOf(value, "the settings");
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
        // Values that are no objects count as frozen.
        expect(Object.isFrozen(copy)).toBe(true);
      }),
    );
  });
});

describe("a reference", () => {
  const plan: Reference<{ operations: { path: string; "a b": Json }[]; toJSON: string; "0": string }> = referenceTo("plan");

  it("is its text, alone, in a text and in JSON", () => {
    const path = plan.operations[0]?.path;
    expect(String(path)).toBe("$expr{$hier{plan}.operations[0].path}");
    expect(`to ${path}`).toBe("to $expr{$hier{plan}.operations[0].path}");
    expect(JSON.stringify({ path, all: plan })).toBe('{"path":"$expr{$hier{plan}.operations[0].path}","all":"$expr{$hier{plan}}"}');
    expect(dataOf([path, { plan }], "the settings")).toEqual(["$expr{$hier{plan}.operations[0].path}", { plan: "$expr{$hier{plan}}" }]);
  });

  it("quotes the keys that are no names", () => {
    expect(String(plan.operations[12]?.["a b"])).toBe('$expr{$hier{plan}.operations[12]["a b"]}');
    expect(String((referenceTo("p") as unknown as Record<string, unknown>)['x"}\n'])).toBe(String.raw`$expr{$hier{p}["x\"}\n"]}`);
  });

  it("to null has no parts, and is its text all the same", () => {
    const nothing: Reference<{ a: null }> = referenceTo("p");
    expect(`${nothing.a}`).toBe("$expr{$hier{p}.a}");
  });

  it("cannot be changed", () => {
    expect(() => Object.assign(plan, { operations: 1 })).toThrow(TypeError);
  });

  it("names the members that every object inherits as members of the result", () => {
    expect(String((referenceTo("p") as unknown as Record<string, unknown>)["constructor"])).toBe("$expr{$hier{p}.constructor}");
  });
});
