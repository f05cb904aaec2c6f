import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathMatcher } from "./path-pattern.ts";

const id = fc.constantFrom<string>("a", "b", "c");
const path = fc.array(id, { minLength: 1, maxLength: 8 });
const pattern = fc.array(fc.oneof(id, fc.constantFrom("*", "**")), { minLength: 1, maxLength: 6 });

/** What the pattern means, said as plainly as possible. */
function means(parts: readonly string[], steps: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return steps.length === 0;
  if (part === "**") return means(rest, steps) || (steps.length > 0 && means(parts, steps.slice(1)));
  return steps.length > 0 && (part === "*" || part === steps[0]) && means(rest, steps.slice(1));
}

describe("pathMatcher", () => {
  it("agrees with the plain meaning of every pattern on every path", () => {
    fc.assert(
      fc.property(pattern, path, (parts, steps) => {
        expect(pathMatcher(parts.join("."))(steps.join("."))).toBe(means(parts, steps));
      }),
      { numRuns: 2000 },
    );
  });

  it("matches a path by itself, and by itself with any step replaced by *", () => {
    fc.assert(
      fc.property(path, fc.nat(), (steps, index) => {
        const pattern = steps.with(index % steps.length, "*");
        expect(pathMatcher(steps.join("."))(steps.join("."))).toBe(true);
        expect(pathMatcher(pattern.join("."))(steps.join("."))).toBe(true);
      }),
    );
  });

  it("lets ** stand for every cut out of a path", () => {
    fc.assert(
      fc.property(path, fc.nat(), fc.nat(), (steps, at, count) => {
        const pattern = steps.toSpliced(at % (steps.length + 1), count % (steps.length + 1), "**");
        expect(pathMatcher(pattern.join("."))(steps.join("."))).toBe(true);
      }),
    );
  });

  it("needs as many steps as a pattern without ** has", () => {
    fc.assert(
      fc.property(path, path, (left, right) => {
        expect(pathMatcher(left.map(() => "*").join("."))(right.join("."))).toBe(left.length === right.length);
      }),
    );
  });

  it("is quick on a pattern made to make it slow", () => {
    const matcher = pathMatcher(`${"**.a.".repeat(60)}b`);
    expect(matcher(Array.from({ length: 2000 }, () => "a").join("."))).toBe(false);
  });

  it.each(["", ".", "a.", ".a", "a..b", "a.***", "iter_*", "a b", "a/b", "1a"])("refuses the pattern %j", (malformed) => {
    expect(() => pathMatcher(malformed)).toThrow(TypeError);
  });
});
