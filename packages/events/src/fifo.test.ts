import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Fifo, fifo } from "./fifo.ts";

type Step = readonly ["push" | "shift" | "dropThrough" | "clear", number];
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant("push" as const), fc.nat(2500)) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("shift" as const), fc.nat(2500)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("dropThrough" as const), fc.nat(4000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("clear" as const), fc.constant(1)) },
);

/** What it means, said as plainly as possible. */
function plain(): Fifo<number> {
  let items: number[] = [];
  return {
    get size() {
      return items.length;
    },
    push: (item) => void items.push(item),
    shift: () => items.shift(),
    dropThrough(matches) {
      const index = items.findLastIndex(matches);
      const found = items[index];
      items = items.slice(index + 1);
      return found;
    },
    clear: () => void (items = []),
  };
}

/** All that can be seen of it. */
function seenOf(queue: Fifo<number>, steps: readonly Step[]): unknown[] {
  const seen: unknown[] = [];
  let next = 0;
  for (const [what, count] of steps) {
    if (what === "dropThrough") seen.push(queue.dropThrough((item) => item <= count));
    else if (what === "clear") queue.clear();
    else for (let time = 0; time < count; time++) seen.push(what === "push" ? queue.push(next++) : queue.shift());
    seen.push(queue.size);
  }
  return seen;
}

describe("fifo", () => {
  it("does what an array does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        expect(seenOf(fifo(), steps)).toEqual(seenOf(plain(), steps));
      }),
      { numRuns: 50 },
    );
  });
});
