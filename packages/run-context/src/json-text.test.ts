import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonText } from "./json-text.ts";

/** Problems as `offset message`. */
function problemsOf(text: string): string[] {
  return readJsonText(text).problems.map(({ offset, message }) => `${offset} ${message}`);
}

describe("readJsonText", () => {
  it("reads what JSON.parse reads, and nothing else", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 2, "\t"), (given, indent) => {
        const text = JSON.stringify(given, undefined, indent);
        fc.pre(!/__proto__|"constructor"|\\ud[89a-f]|\d{16}/i.test(text));
        expect(readJsonText(text)).toMatchObject({ value: JSON.parse(text) as unknown, problems: [] });
      }),
      { numRuns: 300 },
    );
  });

  const piece = fc.constantFrom(
    ..."{}[]:,\"'\\/*#\n+-.eE019abnrtu \u00a0\u201c\ud800".split(""),
    "null",
    "true",
    "NaN",
    "None",
    '"a"',
    '"a":',
    "//",
    "\\u00",
    "1e5",
  );
  const scraps = fc.array(piece, { maxLength: 40 }).map((all) => all.join(""));

  it("never throws, has problems with all that JSON.parse refuses, and of what it takes only with what would be read in two ways", () => {
    fc.assert(
      fc.property(fc.oneof(scraps, fc.string({ unit: "binary" }), fc.json()), (text) => {
        const { value, problems } = readJsonText(text);
        const parsed = parsedBy(text);
        const mayBeRefused = problems.length > 0 && problems.every(({ message }) => DOUBTFUL.test(message));
        // What JSON.parse takes is read as the same, or is one of the few things that not everybody reads alike.
        expect(problems.length === 0 ? { value } : mayBeRefused ? parsed : undefined).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, string, string]>([
    ["a comment", '{"a": 1} // x', "9 JSON has no comments: remove it"],
    ["a comment inside", '{/* x */"a": 1}', "1 JSON has no comments: remove it"],
    ["a comma at the end", '{"a": 1,}', "7 there is a comma before the end of the object: remove it"],
    ["a comma at the end of an array", "[1,\n]", "2 there is a comma before the end of the array: remove it"],
    ["a comma that is missing", '{"a": 1\n "b": 2}', "9 a comma is missing before this"],
    ["a colon that is missing", '{"a" 1}', '5 after the key "a" there has to be a colon'],
    ["single quotes", "{'a': 1}", '1 a text is in double quotes (") and no others: write "a"'],
    ["quotes of a word processor", '{"a": “b”}', '6 a text is in double quotes (") and no others: write "b"'],
    ["a key without quotes", "{a: 1}", '1 a key is in double quotes: write "a"'],
    ["a text without quotes", "cats", '0 cats is no value of JSON: a text is in double quotes, as in "cats"'],
    ["NaN", '{"a": NaN}', "6 JSON has no NaN: write null, or a text in double quotes"],
    ["minus infinity", "[-Infinity]", "1 JSON has no -Infinity: write null, or a text in double quotes"],
    ["undefined", "undefined", "0 JSON has no undefined: write null"],
    ["what Python writes", "[True, None]", "1 JSON has no True: write true"],
    ["a plus sign", "+1", "0 +1 is no number of JSON, which has no plus sign before it; if it is a text, write it in double quotes"],
    ["a zero before a number", "007", "0 007 is no number of JSON, which has no zero before its other digits"],
    ["a point without digits", "[.5]", "1 .5 is no number of JSON, which has digits on both sides of its point"],
    ["a hexadecimal number", "0x1F", "0 0x1F is no number of JSON, which has decimal digits"],
    ["a date", "2026-11-26", "0 2026-11-26 is no number of JSON; if it is a text, write it in double quotes"],
    [
      "an integer that changes",
      "9007199254740993",
      "0 9007199254740993 would be read as 9007199254740992, which is another number: write it as a text",
    ],
    ["a number without end", "1e400", "0 1e400 is larger than any number that programs reckon with"],
    ["a key twice", '{"a": 1,\n "b": 2, "a": 3}', '18 it has "a" twice in one object: keep one of them'],
    ["a key twice, written otherwise", String.raw`{"x": [1, {"y": 1, "\u0079": 2}]}`, '19 it has "y" twice'],
    ["__proto__ inside", '{"a": [{"__proto__": 1}]}', '8 the key "__proto__" is refused'],
    ["the way to a prototype", '{"constructor": {"prototype": {}}}', '1 the key "constructor" with a "prototype" in it is refused'],
    ["a line break in a text", '{"a": "x\ny"}', '6 this text does not end in its line: its second " is missing, or a line break'],
    ["a tab in a text", '"\t"', "1 a text holds the control character U+0009: write it as \\t"],
    ["a backslash", String.raw`"C:\Users"`, "3 this backslash means nothing in a text of JSON: a backslash itself is written as \\\\"],
    ["half a character", String.raw`"\ud800"`, "0 this text holds a lone surrogate"],
    ["a space that is none", "[1,\u00a02]", "3 there is the invisible character U+00A0"],
    ["a bracket that is missing", '{"a": [1', "8 the text ends, and the array that begins in line 1 is not closed: a ] is missing"],
    ["the wrong bracket", '\n{"a": 1]', "8 there is a ], and the object that begins in line 2 is not closed: a } is missing"],
    ["two values", "{}{}", "2 there is something after the end of the value"],
    ["nothing", "", "0 there is nothing: give a value"],
    ["a value that is missing", '{"a":}', '5 a value has to be here, and not "}"'],
    ["256 levels and one more", `${"[".repeat(257)}${"]".repeat(257)}`, "256 it is nested more than 256 deep"],
    ["a million levels", '{"a":'.repeat(1_000_000), "1280 it is nested more than 256 deep"],
  ])("calls %s what it is", (_what, text, problem) => {
    expect(problemsOf(text)[0]).toContain(problem);
  });

  it("says all that is wrong, in the order of the text, and stops where nothing can be said of the rest", () => {
    const text = '{\n  // the task\n  task: \'x\',\n  "n": 01,\n  "n": NaN,\n  "end" }';
    expect(problemsOf(text).map((problem) => problem.replace(/^\d+ /, "").slice(0, 24))).toEqual([
      "JSON has no comments: re",
      "a key is in double quote",
      "a text is in double quot",
      "01 is no number of JSON,",
      'it has "n" twice in one ',
      "JSON has no NaN: write n",
      'after the key "end" ther',
    ]);
    expect(problemsOf(`[${"NaN,".repeat(1000)}1]`)).toHaveLength(20);
  });

  it("takes 256 levels, integers that stay what they are, and words like names of members of objects", () => {
    const deep = `${"[".repeat(256)}${"]".repeat(256)}`;
    const text = `{"constructor": "McLaren", "toString": [100000000000000000000000, -0, 9007199254740992, 0.1], "a": ${deep.slice(1, -1)}}`;
    expect(readJsonText(text)).toMatchObject({ value: JSON.parse(text) as unknown, problems: [] });
  });

  it("does not run out of stack, or of time, with what is long", () => {
    const long = "x".repeat(3_000_000);
    expect(readJsonText(`"${long}"`).value).toHaveLength(3_000_000);
    expect(readJsonText(JSON.stringify("\\\n".repeat(1_000_000))).value).toHaveLength(2_000_000);
    for (const text of [" ".repeat(3_000_000), `'${long}`, `"${long}`, long, "9".repeat(3_000_000), `/*${long}`, "\\".repeat(3_000_000)])
      expect(readJsonText(text).problems.length).toBeGreaterThan(0);
  });

  it("knows where the members of the outermost object are, and theirs", () => {
    const text = '{"a": {"x": 1,\n "y": {"z": 2}}, "b":\n3}';
    const { members } = readJsonText(text);
    expect(text.slice(members.get("b")?.offset)).toBe("3}");
    expect(text.slice(members.get("a")?.members.get("y")?.offset)).toMatch(/^\{"z"/);
  });
});

const DOUBTFUL = /twice|refused|another number|larger than|surrogate/;

function parsedBy(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
