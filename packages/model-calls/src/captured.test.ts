import { Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capturing } from "./captured.ts";

const captureOf = (maxLength: number, messages = true) => capturing({ observability: { capture: { messages, input: [], output: [], maxLength } } });

describe("captured content", () => {
  it("is nothing when messages are not captured", () => {
    expect(captureOf(100, false)({ content: "text" })).toEqual({});
    expect(capturing({ observability: {} })({ content: "text" })).toEqual({});
  });

  it("is whole where it is short enough, and names what was cut", () => {
    expect(captureOf(100)({ short: { a: 1 }, none: undefined, long: "x".repeat(200) })).toEqual({
      short: '{"a":1}',
      long: expect.stringMatching(/^"x{50}… \[150 more characters\]"$/) as string,
      "dad.capture.cut": ["long"],
    });
  });

  it("keeps what was said last of too many", () => {
    const { list } = captureOf(20)({ list: Array.from({ length: 100 }, (_, index) => index) });
    expect(JSON.parse(String(list))).toEqual([94, 95, 96, 97, 98, 99]);
  });

  it("is JSON of at most the length that is allowed, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 2, max: 200 }), (value, maxLength) => {
        const { content } = captureOf(maxLength)({ content: value });
        expect(String(content).length).toBeLessThanOrEqual(maxLength);
        expect(Json.safeParse(JSON.parse(String(content))).success).toBe(true);
      }),
    );
  });
});
