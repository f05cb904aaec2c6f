import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText, visible } from "./visible.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
/** Text in which control characters are as likely as others. */
const anyText = fc.string({
  unit: fc.oneof(fc.string({ unit: "binary", maxLength: 1 }), fc.constantFrom("\u001b", "\u009b", "\u0007", "\r", "\n", "\u202e")),
});

describe("visible", () => {
  it("shows an escape sequence as it is written in code", () => {
    expect(visible("\u001b[31mred\u001b]0;title\u0007")).toBe(String.raw`\x1b[31mred\x1b]0;title\x07`);
  });

  it("shows characters that turn text around", () => {
    expect(visible("safe\u202etxt.exe")).toBe(String.raw`safe\u202etxt.exe`);
  });

  it("keeps lines and tabs, also those of Windows", () => {
    expect(visible("a\tb\nc\r\nd")).toBe("a\tb\nc\nd");
  });

  it("reaches every depth of data, keys too", () => {
    expect(visible({ "\u0007": [{ deep: "\u001b" }], count: 1, nothing: null })).toEqual({
      [String.raw`\x07`]: [{ deep: String.raw`\x1b` }],
      count: 1,
      nothing: null,
    });
  });

  it("leaves no control character in any text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text)).not.toMatch(CONTROL);
      }),
    );
  });

  it("leaves text without control characters alone", () => {
    const harmless = fc.string().filter((text) => !CONTROL.test(text));
    fc.assert(
      fc.property(harmless, (text) => {
        expect(visible(text)).toBe(text);
      }),
    );
  });
});

describe("jsonText", () => {
  it("is the same value, in text without control characters", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          anyText.filter((key) => key !== "__proto__"),
          anyText,
        ),
        (value) => {
          const text = jsonText(value);
          expect(CONTROL.test(text)).toBe(false);
          expect(JSON.parse(text)).toEqual({ ...value });
        },
      ),
    );
  });
});
