import { Json } from "@dad/protocol";
import { redactor } from "@dad/secrets";
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

  it("has no part of a secret, wherever in values, names of members or both it is cut", () => {
    // No other text has these characters.
    const unit = fc.constantFrom("A", "B", "C", "É", '"', "\\", "\n");
    const secrets = fc.string({ unit, minLength: 6, maxLength: 40 }).map((middle) => `A${middle}B`);
    const said = fc.string({ unit: fc.constantFrom("x", "y", " "), maxLength: 30 });
    const content = secrets.chain((secret) => {
      const text = fc.oneof(
        said,
        fc.tuple(said, said).map(([before, after]) => `${before}${secret}${after}`),
        fc.constant(JSON.stringify({ [secret]: secret })),
      );
      const { value } = fc.letrec<{ value: Json }>((tie) => ({
        value: fc.oneof({ depthSize: "small" }, text, fc.array(tie("value"), { maxLength: 4 }), fc.dictionary(text, tie("value"), { maxKeys: 3 })),
      }));
      return fc.record({ secret: fc.constant(secret), value });
    });
    fc.assert(
      fc.property(content, fc.integer({ min: 2, max: 300 }), ({ secret, value }, maxLength) => {
        const told = capturing({
          observability: { capture: { messages: true, input: [], output: [], maxLength } },
          redactor: redactor([{ name: "env:key", value: secret }]),
        })({ content: value });
        expect(partsOf(secret).filter((part) => textsIn(JSON.parse(String(told["content"])) as Json).some((text) => text.includes(part)))).toEqual(
          [],
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

/** All of 8 characters, as they are and as JSON has them, also in another JSON. */
function partsOf(secret: string): readonly string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const forms = [secret, escaped, JSON.stringify(escaped).slice(1, -1)];
  return forms.flatMap((form) => Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8)));
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item: Json) => textsIn(item));
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]) : [];
}
