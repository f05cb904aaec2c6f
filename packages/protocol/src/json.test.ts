import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { assertJson, canonicalJson, Json } from "./json.ts";

/** JSON has one zero. */
const json = () => fc.jsonValue({ stringUnit: "binary", maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

describe("canonicalJson", () => {
  it("sorts members by UTF-16 code units, as the example of RFC 8785 does", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    const values = Object.values(JSON.parse(canonicalJson(value)) as typeof value);
    // An object of JavaScript has whole numbers first; the text itself has them in their place.
    expect(canonicalJson(value).startsWith('{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":')).toBe(true);
    expect(canonicalJson(value).endsWith('"\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}')).toBe(true);
    expect(values).toHaveLength(7);
  });

  it("writes the sample of RFC 8785 as the RFC does", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  // The table of RFC 8785, appendix B.
  it.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("writes the number with the bits %s as %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(json(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
      }),
    );
  });

  it("gives equal values the same text, in whatever order their members were set", () => {
    fc.assert(
      fc.property(json(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it("gives different values different texts", () => {
    fc.assert(
      fc.property(json(), json(), (left, right) => {
        expect(canonicalJson(left) === canonicalJson(right)).toBe(equal(left, right));
      }),
    );
  });

  it("takes objects without a prototype, and members with any name", () => {
    const value = Object.assign(Object.create(null), JSON.parse('{"b":1,"__proto__":{"x":2},"constructor":3}'));
    Object.defineProperty(value, "__proto__", { value: { x: 2 }, enumerable: true });
    expect(canonicalJson(value)).toBe('{"__proto__":{"x":2},"b":1,"constructor":3}');
    expect(canonicalJson(JSON.parse('{"__proto__":{"x":2}}'))).toBe('{"__proto__":{"x":2}}');
  });

  it("takes the same object in two places", () => {
    const part = { a: 1 };
    expect(canonicalJson([part, part])).toBe('[{"a":1},{"a":1}]');
  });

  const circular: Record<string, unknown> = { inner: {} };
  circular.inner = [circular];

  it.each<[string, unknown, string]>([
    ["undefined", undefined, "$ is undefined"],
    ["an undefined member", { a: { b: undefined } }, "$.a.b is undefined"],
    ["a hole", [1, , 3], "$[1] is undefined"], // oxlint-disable-line no-sparse-arrays -- the hole is the subject
    ["a function", [() => 1], "$[0] is a function"],
    ["a symbol", { a: Symbol("x") }, "$.a is a symbol"],
    ["a BigInt", { a: 1n }, "$.a is a bigint"],
    ["NaN", [Number.NaN], "$[0] is NaN"],
    ["an infinity", { a: -Infinity }, "$.a is -Infinity"],
    ["a lone surrogate", { a: "\ud800" }, "$.a holds a lone surrogate"],
    ["a lone surrogate in a name", { inner: { "\udc00": 1 } }, "$.inner holds a lone surrogate"],
    ["a date", { at: new Date(0) }, "$.at is a Date (give its toISOString()), and not a plain object"],
    ["a map", [new Map()], "$[0] is a Map, and not a plain object"],
    ["bytes", { a: new Uint8Array(1) }, "$.a is a Uint8Array, and not a plain object"],
    ["an instance of a class", new URL("a:b"), "$ is a URL, and not a plain object"],
    ["a circle", circular, "$.inner[0] refers back"],
    ["what is nested 10,000 deep", JSON.parse("[".repeat(10_000) + "]".repeat(10_000)), "nested more than 500 deep"],
  ])("refuses %s and names the place", (_what, value, message) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson(value)).toThrow(message);
    expect(() => assertJson(value)).toThrow(TypeError);
    expect(() => assertJson(value)).toThrow(message);
  });
});

describe("Json", () => {
  it("takes every JSON value as it is", () => {
    fc.assert(
      fc.property(json(), (value) => {
        expect(Json.parse(value)).toBe(value);
      }),
    );
  });

  it.each([undefined, Number.NaN, 1n, new Date(0), { a: [() => 1] }, "\ud800"])("refuses %o", (value) => {
    expect(Json.safeParse(value).success).toBe(false);
  });

  it("refuses a deep value as a value, not by running out of stack", () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`);
    expect(Json.safeParse(deep).error?.issues[0]?.message).toContain("nested more than 500 deep");
  });

  it("keeps a member called __proto__ and pollutes nothing", () => {
    const value = Json.parse(JSON.parse('{"a":{"__proto__":{"polluted":true}}}'));
    expect(canonicalJson(value)).toBe('{"a":{"__proto__":{"polluted":true}}}');
    expect({}).not.toHaveProperty("polluted");
  });

  it("is asked for where it is a member of an object", () => {
    expect(z.object({ data: Json }).safeParse({}).success).toBe(false);
  });

  it("stands for any value in a JSON schema", () => {
    expect(z.toJSONSchema(z.object({ data: Json }))).toMatchObject({ properties: { data: {} }, required: ["data"] });
  });
});

/** The same value with the members of every object set in the other order. */
function reversed(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const entries = Object.entries(value as { [key: string]: Json });
  return Object.fromEntries(entries.toReversed().map(([key, member]) => [key, reversed(member)]));
}

function equal(left: unknown, right: unknown): boolean {
  try {
    expect(left).toEqual(right);
    return true;
  } catch {
    return false;
  }
}
