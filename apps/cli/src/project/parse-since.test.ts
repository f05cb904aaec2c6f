import { describe, expect, it } from "vitest";
import { parseSince } from "./parse-since.ts";

const NOW = new Date("2026-11-26T12:00:00.000Z");

describe("parseSince", () => {
  it.each([
    ["30m", "2026-11-26T11:30:00.000Z"],
    ["24h", "2026-11-25T12:00:00.000Z"],
    ["7d", "2026-11-19T12:00:00.000Z"],
    ["2w", "2026-11-12T12:00:00.000Z"],
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20T08:30:00+01:00", "2026-11-20T07:30:00.000Z"],
  ])("takes %s for %s", (text, time) => {
    expect(parseSince(text, NOW).toISOString()).toBe(time);
  });

  it.each(["", "7", "d", "-7d", "7 d", "1.5h", "yesterday", "2026-13-01", "2026-11-20 08:30", "99999999999999w"])("refuses %j", (text) => {
    expect(() => parseSince(text, NOW)).toThrow(
      expect.objectContaining({ code: "USAGE_INVALID", message: expect.stringContaining("is no time: give it as") }),
    );
  });

  it("refuses a time that is still to come", () => {
    expect(() => parseSince("2027-01-01", NOW)).toThrow("is after now");
  });
});
