import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frozenCopy } from "./frozen-copy.ts";

function isFrozenThroughout(value: unknown): boolean {
  return typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout));
}

function sharesObjects(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || left === null || typeof right !== "object" || right === null) return false;
  return left === right || Object.entries(left).some(([key, member]) => sharesObjects(member, (right as Record<string, unknown>)[key]));
}

describe("frozenCopy", () => {
  it("gives an equal value that is frozen throughout and shares nothing with the first", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = structuredClone(value);
        const copy = frozenCopy(value);
        expect(copy).toEqual(value);
        expect(value).toEqual(before);
        expect(isFrozenThroughout(copy)).toBe(true);
        expect(sharesObjects(value, copy)).toBe(false);
      }),
    );
  });

  it("copies what is called __proto__ as any other member", () => {
    const copy = frozenCopy(JSON.parse('{ "__proto__": { "admin": true } }') as object);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}');
    expect(isFrozenThroughout(copy)).toBe(true);
  });
});
