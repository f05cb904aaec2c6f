import { describe, expect, it } from "vitest";
import { valuesText, valueText } from "./compared-values.ts";

describe("valuesText", () => {
  it("shows short values whole, and what is not there as none", () => {
    expect(valuesText({ a: "x\ny" }, undefined)).toBe(String.raw`{"a":"x\ny"} → none`);
  });

  it("shows of long values where they begin to differ", () => {
    const text = valuesText(`${"x".repeat(500)}one`, `${"x".repeat(500)}two`);
    expect(text).toBe(`…${"x".repeat(20)}one" → …${"x".repeat(20)}two"`);
  });

  it("cuts no character in two", () => {
    expect(valueText(`${"x".repeat(98)}😀${"x".repeat(50)}`)).toBe(`"${"x".repeat(98)}…`);
    expect(valuesText(`${"😀".repeat(100)}aa`, `${"😀".repeat(100)}bb`).isWellFormed()).toBe(true);
  });
});
