import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clear, dropThrough, fifo, firstOf, push, shift } from "./fifo.ts";

type Step = readonly ["push" | "shift" | "dropThrough" | "clear", number];
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant("push" as const), fc.nat(1500)) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("shift" as const), fc.nat(1500)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("dropThrough" as const), fc.nat(2500)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("clear" as const), fc.constant(1)) },
);

/** All that can be seen of it. */
function seenOf(steps: readonly Step[]): unknown[] {
  const queue = fifo<number>();
  const seen: unknown[] = [];
  let next = 0;
  for (const [what, count] of steps) {
    if (what === "dropThrough") seen.push(dropThrough(queue, (item) => item <= count));
    else if (what === "clear") clear(queue);
    else for (let time = 0; time < count; time++) seen.push(what === "push" ? push(queue, next++) : shift(queue));
    seen.push(queue.size, firstOf(queue));
  }
  return seen;
}

/** What it means, said as plainly as possible. */
function meantBy(steps: readonly Step[]): unknown[] {
  let items: number[] = [];
  const seen: unknown[] = [];
  let next = 0;
  for (const [what, count] of steps) {
    if (what === "dropThrough") {
      const index = items.findLastIndex((item) => item <= count);
      seen.push(items[index]);
      items = items.slice(index + 1);
    } else if (what === "clear") items = [];
    else for (let time = 0; time < count; time++) seen.push(what === "push" ? void items.push(next++) : items.shift());
    seen.push(items.length, items[0]);
  }
  return seen;
}

describe("fifo", () => {
  it("does what an array does", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        expect(seenOf(steps)).toEqual(meantBy(steps));
      }),
      { numRuns: 50 },
    );
  });
});
