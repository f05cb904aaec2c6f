import { describe, expect, it } from "vitest";
import { chunkAt, endOf } from "./text-chunks.ts";

describe("chunks of a text", () => {
  it("are small at first, and all of them are all of it", () => {
    const text = "0123456789".repeat(100_000);
    const ends = [chunkAt(text, 0, 0)];
    while ((ends.at(-1) ?? 0) < text.length) ends.push(chunkAt(text, ends.at(-1) ?? 0, ends.length));
    expect(ends).toEqual([16_000, 272_000, 528_000, 784_000, 1_000_000]);
  });

  it("have no more lines than can be shown, and cut no character in two", () => {
    expect(chunkAt("\n".repeat(10_000), 0, 0)).toBe(4000);
    expect(chunkAt(`${"x".repeat(15_999)}👩`, 0, 0)).toBe(15_999);
  });
});

describe("the end of a text", () => {
  it("begins with a line", () => {
    expect(endOf(`${"x".repeat(20_000)}\nlast\n`)).toBe("last\n");
    expect(endOf("short")).toBe("short");
    expect(endOf(`👩${"x".repeat(15_999)}`)).toBe("x".repeat(15_999));
  });
});
