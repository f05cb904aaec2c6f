import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bisection, type BisectionResult, type Verdict } from "./bisection.ts";

interface Searched {
  readonly result: BisectionResult;
  /** The places that were tested, in order. */
  readonly tested: readonly number[];
  /** How many tests were said to be left, with the one at hand. */
  readonly said: readonly number[];
}

function search(line: readonly Verdict[]): Searched {
  const searching = bisection(line.length);
  const [tested, said]: [number[], number[]] = [[], []];
  for (let step = searching.next(); ; step = searching.next(line[tested.at(-1) ?? 0] ?? "unknown")) {
    if (step.done) return { result: step.value, tested, said };
    tested.push(step.value.at);
    said.push(step.value.tests);
  }
}

/** Good up to a place, bad from there on, and some of those between the ends cannot be tested. */
const lines = fc
  .integer({ min: 2, max: 200 })
  .chain((count) =>
    fc.record({
      count: fc.constant(count),
      bad: fc.integer({ min: 1, max: count - 1 }),
      unknown: fc.uniqueArray(fc.integer({ min: 1, max: Math.max(1, count - 2) })),
    }),
  )
  .map(({ count, bad, unknown }) => ({
    bad,
    line: Array.from({ length: count }, (_, at): Verdict =>
      at > 0 && at < count - 1 && unknown.includes(at) ? "unknown" : at < bad ? "good" : "bad",
    ),
  }));

describe("a bisection", () => {
  it("finds the first bad one with two tests and the logarithm of the line", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
        const bad = 1 + Math.floor(share * (count - 2));
        const { result, tested, said } = search(Array.from({ length: count }, (_, at) => (at < bad ? "good" : "bad")));
        expect(result).toEqual({ kind: "found", at: bad });
        expect(tested.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(count - 1)));
        expect(said[0]).toBe(2 + Math.ceil(Math.log2(count - 1)));
      }),
    );
  });

  it("finds it among some that cannot be tested, or names exactly those between the last good and the first bad one", () => {
    fc.assert(
      fc.property(lines, ({ line, bad }) => {
        const { result, tested } = search(line);
        const first = line.findLastIndex((verdict, at) => verdict === "good" && at < bad) + 1;
        const last = line.findIndex((verdict) => verdict === "bad");
        expect(result).toEqual(first === last ? { kind: "found", at: last } : { kind: "narrowed", first, last });
        expect(new Set(tested).size).toBe(tested.length);
      }),
    );
  });

  it("looks elsewhere after one that cannot be tested, not only beside it", () => {
    const line = Array.from({ length: 129 }, (_, at): Verdict => (at > 40 && at < 90 ? "unknown" : at < 20 ? "good" : "bad"));
    expect(search(line)).toMatchObject({ result: { kind: "found", at: 20 } });
    expect(search(line).tested.slice(0, 4)).toEqual([128, 0, 64, 32]);
    expect(search(line).tested.length).toBeLessThanOrEqual(9);
  });

  it("finds a bad one after a good one, whatever is between", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Verdict>("good", "bad")), (between) => {
        const line: Verdict[] = ["good", ...between, "bad"];
        const { result } = search(line);
        expect(result.kind === "found" && [line[result.at - 1], line[result.at]]).toEqual(["good", "bad"]);
      }),
    );
  });

  it.each([
    [["good", "good"], { kind: "nothing", at: "last", verdict: "good" }, [1]],
    [["good", "bad", "unknown"], { kind: "nothing", at: "last", verdict: "unknown" }, [2]],
    [["bad", "good", "bad"], { kind: "nothing", at: "first", verdict: "bad" }, [2, 0]],
    [["unknown", "bad"], { kind: "nothing", at: "first", verdict: "unknown" }, [1, 0]],
    [["good", "bad"], { kind: "found", at: 1 }, [1, 0]],
    [["good", "unknown", "bad"], { kind: "narrowed", first: 1, last: 2 }, [2, 0, 1]],
  ] as const)("of %j comes to %j", (line, result, tested) => {
    expect(search(line)).toMatchObject({ result, tested });
  });

  it("takes no line in which there is nothing between", () => {
    expect(() => bisection(1).next()).toThrow(TypeError);
  });
});
