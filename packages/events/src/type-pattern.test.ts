import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertTypePattern, patternsOf } from "./type-pattern.ts";

describe("patternsOf", () => {
  it("names the type itself, each of its beginnings, and all", () => {
    expect([...patternsOf("node.completed")].sort()).toEqual(["*", "node.*", "node.completed"]);
    expect([...patternsOf("plugin.cache.hit")].sort()).toEqual(["*", "plugin.*", "plugin.cache.*", "plugin.cache.hit"]);
  });

  it("names only well-formed patterns that match", () => {
    const type = fc.array(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(type, (type) => {
        for (const pattern of patternsOf(type)) {
          assertTypePattern(pattern);
          expect(pattern === type || type.startsWith(pattern.slice(0, -1))).toBe(true);
        }
      }),
    );
  });
});

describe("assertTypePattern", () => {
  it.each(["*", "node.*", "node.completed", "plugin.cache.hit", "ping"])("accepts %j", (pattern) => {
    expect(() => assertTypePattern(pattern)).not.toThrow();
  });

  it.each(["", ".", "node*", "node.", ".node", "*.completed", "node.**", "node.*.x", "a..b"])("refuses %j", (pattern) => {
    expect(() => assertTypePattern(pattern)).toThrow(TypeError);
  });
});
