import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "../src/index.ts";

test("reads one unit", () => {
  assert.equal(parseDuration("45s"), 45_000);
});

test("adds several units", () => {
  assert.equal(parseDuration("1d 2h 3m 4s"), 93_784_000);
});

test("reads fractions", () => {
  assert.equal(parseDuration("1.5h"), 5_400_000);
});

test("refuses what is not a duration", () => {
  for (const text of ["", "5", "5x", "-1s", "1h30"]) assert.throws(() => parseDuration(text), RangeError);
});
