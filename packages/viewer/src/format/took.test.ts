import { describe, expect, it } from "vitest";
import { barText, rowText, tookText, workedText } from "./took.ts";

describe("how long something took", () => {
  it("is from when it began until it ended", () => {
    expect(tookText({ start: 1000, end: 1120 })).toBe("120ms");
    expect([tookText({ start: 1000, end: null }), tookText({ start: null, end: null })]).toEqual(["", ""]);
  });

  it("is told of what has no end by why it has none", () => {
    const open = { start: 1000, end: null };
    expect((["running", "waiting", "interrupted"] as const).map((status) => barText({ ...open, status }))).toEqual([
      "still going on",
      "waits",
      "not seen to end",
    ]);
    expect(barText({ start: 1000, end: 1120, status: "failed" })).toBe("120ms");
  });

  it("is not told in a line of the tree of what took no time, as what was reused", () => {
    expect([
      rowText({ start: 5, end: 5 }),
      rowText({ start: 5, end: 6 }),
      rowText({ start: 5, end: null }),
      rowText({ start: null, end: null }),
    ]).toEqual(["", "1ms", "…", ""]);
  });

  it("is told apart from how long it was worked on where it waited", () => {
    expect(workedText({ start: 0, end: 120, durationMs: 104 })).toBeUndefined();
    expect(workedText({ start: 0, end: 3_600_000, durationMs: 104 })).toBe("104ms");
    expect(workedText({ start: 0, end: null, durationMs: 104 })).toBe("104ms");
    expect(workedText({ start: 0, end: null, durationMs: null })).toBeUndefined();
  });
});
