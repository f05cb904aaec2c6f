import { asRecorded } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { usageText } from "./amounts.ts";

const used = { inputTokens: 1234, outputTokens: 567, cachedInputTokens: 1000, costUsd: 0.0123 };

describe("usageText", () => {
  it("tells what was used and what it cost", () => {
    expect(usageText(used)).toBe("1,234 in (1,000 from the cache), 567 out, $0.0123");
    expect(usageText({ ...used, costUsd: null })).toContain("567 out, unknown");
  });

  it("tells apart what recordings say, and that nothing was paid for it", () => {
    const { recorded } = asRecorded({ calls: 2, inputTokens: 41_203, outputTokens: 998, costUsd: 1 });
    const told = "recorded: 2 replies, 41,203 in, 998 out (nothing paid)";
    expect(usageText({ ...used, recorded })).toBe(`1,234 in (1,000 from the cache), 567 out, $0.0123; ${told}`);
    expect(usageText({ calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded })).toBe(told);
  });
});
