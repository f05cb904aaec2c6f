import { expect, it } from "vitest";
import { durationText, timeText } from "./duration.ts";

it.each([
  [0, "0ms"],
  [12.4, "12ms"],
  [99.4, "99ms"],
  [99.6, "0.1s"],
  [1234, "1.2s"],
  [59_949, "59.9s"],
  [59_951, "1m 00s"],
  [125_000, "2m 05s"],
  [3_599_400, "59m 59s"],
  [3_599_600, "1h 00m"],
  [3_720_000, "1h 02m"],
])("%d milliseconds read %s", (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

it("a time reads without the T and the fraction", () => {
  expect(timeText("2026-11-22T07:34:43.123Z")).toBe("2026-11-22 07:34:43Z");
  expect(timeText("2026-11-22T07:34:43Z")).toBe("2026-11-22 07:34:43Z");
});
