import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addUsage, asRecorded, isAllRecorded, NO_USAGE, Usage } from "./usage.ts";

const tokens = fc.nat({ max: 1_000_000 });
/** In cents of cents, so that sums are exact. */
const cost = fc.option(
  fc.nat({ max: 100_000 }).map((units) => units / 1024),
  { nil: null },
);
const usage: fc.Arbitrary<Usage> = fc.record(
  { inputTokens: tokens, outputTokens: tokens, cachedInputTokens: tokens, reasoningTokens: tokens, costUsd: cost },
  { requiredKeys: ["inputTokens", "outputTokens", "costUsd"] },
);

describe("addUsage", () => {
  it("adds tokens and costs", () => {
    const left = { inputTokens: 10, outputTokens: 20, cachedInputTokens: 4, costUsd: 0.5 };
    const right = { inputTokens: 1, outputTokens: 2, reasoningTokens: 1, costUsd: 0.25 };
    expect(addUsage(left, right)).toEqual({ inputTokens: 11, outputTokens: 22, cachedInputTokens: 4, reasoningTokens: 1, costUsd: 0.75 });
  });

  it("never takes an unknown cost for free", () => {
    fc.assert(
      fc.property(fc.array(usage, { minLength: 1 }), (parts) => {
        const unknown = parts.some((part) => part.costUsd === null);
        expect(parts.reduce(addUsage, NO_USAGE).costUsd === null).toBe(unknown);
      }),
    );
  });

  it("gives the same sum in whatever order and grouping", () => {
    fc.assert(
      fc.property(usage, usage, usage, (one, two, three) => {
        expect(addUsage(one, two)).toEqual(addUsage(two, one));
        expect(addUsage(addUsage(one, two), three)).toEqual(addUsage(one, addUsage(two, three)));
      }),
    );
  });

  it("changes nothing when nothing was used, and no operand ever", () => {
    fc.assert(
      fc.property(usage, (used) => {
        const before = structuredClone(used);
        expect(addUsage(used, NO_USAGE)).toEqual(before);
        expect(used).toEqual(before);
      }),
    );
    expect(Object.isFrozen(NO_USAGE)).toBe(true);
  });

  it("gives a usage that can be written", () => {
    fc.assert(
      fc.property(usage, usage, (left, right) => {
        expect(Usage.safeParse(addUsage(left, right)).success).toBe(true);
      }),
    );
  });
});

describe("asRecorded", () => {
  const recorded = { calls: 1, inputTokens: 10, outputTokens: 5 };

  it("counts nothing as used, and tells the calls and tokens apart", () => {
    const said = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, costUsd: null };
    expect(asRecorded(said)).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded });
    expect(asRecorded({ ...said, calls: 3 }).recorded?.calls).toBe(3);
  });

  it("says the same of what is recorded already", () => {
    fc.assert(
      fc.property(usage, (said) => {
        expect(asRecorded(asRecorded(said))).toEqual(asRecorded(said));
      }),
    );
    expect(asRecorded({ ...NO_USAGE, recorded })).toMatchObject({ recorded });
  });

  it("leaves each total as it is", () => {
    fc.assert(
      fc.property(usage, usage, (used, said) => {
        const { recorded: apart, calls: _none, ...total } = addUsage(used, asRecorded(said));
        expect(total).toEqual(used);
        expect(apart).toMatchObject({ inputTokens: said.inputTokens, outputTokens: said.outputTokens });
      }),
    );
  });

  it("is told from what was used, also in part", () => {
    expect(isAllRecorded(asRecorded({ inputTokens: 1, outputTokens: 1, costUsd: 1 }))).toBe(true);
    for (const used of [NO_USAGE, { ...NO_USAGE, recorded, inputTokens: 1 }, { ...NO_USAGE, recorded, calls: 1 }])
      expect(isAllRecorded(used)).toBe(false);
  });
});

describe("Usage", () => {
  it.each([{ inputTokens: -1 }, { outputTokens: 0.5 }, { costUsd: -0.01 }, { costUsd: Number.NaN }, { costUsd: undefined }])(
    "refuses %o",
    (wrong) => {
      expect(Usage.safeParse({ ...NO_USAGE, ...wrong }).success).toBe(false);
    },
  );
});
