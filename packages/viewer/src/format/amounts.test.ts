import { describe, expect, it } from "vitest";
import { bytesText, costText, deltaText, durationText, shortCount, usageText } from "./amounts.ts";
import { commandLine } from "./shell.ts";

describe("amounts", () => {
  it("are told as exactly as they can be read", () => {
    expect([0, 0.42, 12.4, 999.6, 1240, 59_960, 61_000, 3_600_000, 3_780_000, 187_200_000].map(durationText)).toEqual([
      "0ms",
      "0.4ms",
      "12ms",
      "1.00s",
      "1.24s",
      "1m 00s",
      "1m 01s",
      "1h 00m",
      "1h 03m",
      "2d 4h",
    ]);
    expect([999, 1500, 999_960, 12_345_678].map(bytesText)).toEqual(["999 B", "1.5 kB", "1.0 MB", "12.3 MB"]);
    expect([842, 12_345, 1_250_000].map(shortCount)).toEqual(["842", "12.3k", "1.25M"]);
  });

  it("never show what is unknown or little as nothing", () => {
    expect(durationText(null)).toBe("unknown");
    expect([null, 0, 0.00001, 0.0123, 1.5].map(costText)).toEqual(["unknown", "$0.00", "<$0.0001", "$0.0123", "$1.50"]);
  });

  it("tell apart what was used and what recordings say", () => {
    const recorded = { calls: 1, inputTokens: 1200, outputTokens: 5 };
    expect(usageText({ calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, recorded })).toBe("recorded: 1,200 in, 5 out");
    expect(usageText({ calls: 1, inputTokens: 7, outputTokens: 8, costUsd: 0, recorded })).toBe("7 in, 8 out; recorded: 1,200 in, 5 out");
  });

  it("say which way they changed", () => {
    expect([250, -250, 0, null].map((amount) => deltaText(amount, durationText))).toEqual(["+250ms", "−250ms", "", ""]);
  });
});

describe("commandLine", () => {
  it("quotes what a shell would read as something else", () => {
    expect(commandLine("dad", "answer", "run_1", "coder.ask:go", "it's $HOME")).toBe(String.raw`dad answer run_1 coder.ask:go 'it'\''s $HOME'`);
  });
});
