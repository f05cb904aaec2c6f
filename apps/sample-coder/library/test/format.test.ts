import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseDuration } from "../src/index.ts";

test("writes the units that are not zero", () => {
  assert.equal(formatDuration(5_400_000), "1h 30m");
  assert.equal(formatDuration(86_400_000 + 4_000), "1d 4s");
});

test("writes nothing as zero seconds", () => {
  assert.equal(formatDuration(0), "0s");
});

test("gives back what it reads", () => {
  for (const text of ["1s", "59s", "1m", "1h 59m 59s", "3d 1h"]) assert.equal(formatDuration(parseDuration(text)), text);
});

test("carries seconds that round up into the next unit", () => {
  assert.equal(formatDuration(59_600), "1m");
  assert.equal(formatDuration(3_599_700), "1h");
  assert.equal(formatDuration(86_399_999), "1d");
});

test("refuses what is not a duration", () => {
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => formatDuration(value), RangeError);
});
