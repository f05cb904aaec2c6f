import { describe, expect, it } from "vitest";
import { inlineEngine } from "./inline.ts";
import { engineContract } from "./testing.ts";

engineContract("inlineEngine", { create: inlineEngine });

describe("the grace of inlineEngine", () => {
  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("cannot be %d", (graceMs) => {
    expect(() => inlineEngine({ graceMs })).toThrow(new TypeError(`graceMs is ${graceMs}: give milliseconds, a finite number from 0.`));
  });
});
