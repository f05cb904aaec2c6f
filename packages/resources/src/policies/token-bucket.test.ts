import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../testing/fake-clock.ts";
import { tokenBucket } from "./token-bucket.ts";

const PER_MINUTE = 600;

/** What is taken and used, in the order of the times. */
interface Taken {
  readonly at: number;
  amount: number;
}

/** What is there now, when each took what it is known to have used, and not more, from the beginning. */
function levelInHindsight(taken: readonly Taken[], now: number): number {
  let level = PER_MINUTE;
  let since = 0;
  for (const { at, amount } of [...taken, { at: now, amount: 0 }]) {
    level = Math.min(PER_MINUTE, level + ((at - since) * PER_MINUTE) / 60_000) - amount;
    since = at;
  }
  return level;
}

type Step = { readonly waitMs: number } | { readonly take: number; readonly used: number } | { readonly end: number };

const steps = (mostUsed: number) =>
  fc.array(
    fc.oneof<fc.Arbitrary<Step>[]>(
      fc.record({ waitMs: fc.nat(20_000) }),
      fc.record({ take: fc.integer({ min: 1, max: 300 }), used: fc.constantFrom(0, 0.1, mostUsed) }),
      fc.record({ end: fc.nat(9) }),
    ),
    { maxLength: 40 },
  );

/** Compares what is left after each step with what hindsight says. */
async function played(given: readonly Step[], compare: (level: number, hindsight: number) => void): Promise<void> {
  const clock = fakeClock();
  const bucket = tokenBucket(PER_MINUTE, clock);
  const taken: Taken[] = [];
  const open: (() => void)[] = [];
  for (const step of given) {
    if ("waitMs" in step) await clock.advance(step.waitMs);
    else if ("end" in step) open.splice(step.end % Math.max(1, open.length), 1).forEach((end) => end());
    else {
      const entry: Taken = { at: clock.now(), amount: step.take };
      const note = bucket.take(step.take);
      taken.push(entry);
      open.push(() => {
        entry.amount = step.take * step.used;
        note(entry.amount);
      });
    }
    compare(PER_MINUTE - (bucket.waitFor(PER_MINUTE) * PER_MINUTE) / 60_000, levelInHindsight(taken, clock.now()));
  }
}

describe("tokenBucket", () => {
  it("has what it would have, had it been known from the beginning how much is used", async () => {
    await fc.assert(
      fc.asyncProperty(steps(1), async (given) => {
        await played(given, (level, hindsight) => expect(level).toBeCloseTo(hindsight, 2));
      }),
      { numRuns: 300 },
    );
  });

  it("has never more than that, also when more is used than was taken", async () => {
    await fc.assert(
      fc.asyncProperty(steps(3), async (given) => {
        await played(given, (level, hindsight) => expect(level).toBeLessThanOrEqual(hindsight + 0.01));
      }),
      { numRuns: 300 },
    );
  });
});
