import { expect, it } from "vitest";
import { chanceOf, type Kind, tryPoints } from "./point.ts";

function kindOf(name: string, attempts: ReadonlyArray<() => Promise<void>>): Kind {
  return { name, tries: "it is tried", points: async () => attempts.map((attempt, index) => ({ name: `${name} ${index}`, attempt })) };
}

const holds = async () => undefined;
const error = new Error("it does not hold");
const fails = async () => {
  throw error;
};

it("tries all points of all kinds, and tells which do not hold and why", async () => {
  const kinds = [kindOf("one", [holds, fails, holds]), kindOf("other", [holds])];
  expect(await tryPoints(kinds, { seed: 1, width: 2 })).toEqual([
    { kind: kinds[0], all: 3, tried: 3, failures: [{ name: "one 1", error }] },
    { kind: kinds[1], all: 1, tried: 1, failures: [] },
  ]);
});

it("tries another part of the points for each seed, and the same one for the same", async () => {
  const tried = async (seed: number) => {
    const names: number[] = [];
    const attempts = Array.from({ length: 100 }, (_, index) => async () => void names.push(index));
    const [report] = await tryPoints([kindOf("many", attempts)], { seed, width: 1, most: 10 });
    expect(report).toMatchObject({ all: 100, tried: 10 });
    return names;
  };
  expect(await tried(1)).toEqual(await tried(1));
  expect(await tried(1)).not.toEqual(await tried(2));
});

it("has in each sample of a kind what is always in it", async () => {
  const kind: Kind = {
    ...kindOf("many", []),
    sample: 2,
    points: async () => Array.from({ length: 50 }, (_, index) => ({ name: `${index}`, always: index === 7, attempt: index === 7 ? fails : holds })),
  };
  for (const seed of [1, 2, 3]) expect(await tryPoints([kind], { seed, width: 1 })).toMatchObject([{ all: 50, tried: 2, failures: [{ name: "7" }] }]);
});

it("begins nothing when there is no time", async () => {
  expect(await tryPoints([kindOf("one", [fails])], { seed: 1, width: 1, budgetMs: 0 })).toMatchObject([{ tried: 0, failures: [] }]);
});

it("draws the same numbers from the same seed, from 0 to below 1", () => {
  const [chance, again] = [chanceOf(7), chanceOf(7)];
  const numbers = Array.from({ length: 100 }, chance);
  expect(numbers).toEqual(Array.from({ length: 100 }, again));
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(numbers).size).toBe(100);
});
