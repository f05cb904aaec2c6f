import { canonicalJson, type Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeValue, endingOfType, rulesOf } from "./artifact-format.ts";

/** Any code units that UTF-8 can carry, and texts that YAML takes for something else where they are not quoted. */
const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "null",
    "~",
    "yes",
    "No",
    "0x1f",
    "0o7",
    "1e3",
    ".inf",
    "-.NaN",
    "2026-11-22",
    "<<",
    "*a",
    "&a",
    "!!str",
    "---",
    "...",
    "# no",
    "- a",
  ),
  fc.constantFrom(
    "a: b",
    "a\nb",
    "\n\na ",
    "a\r\nb\u0085\u2028",
    "\ufeffa",
    "  a\n b\n",
    "a\n\n",
    "'",
    '"',
    "%YAML 1.1",
    "key: [",
    "\t",
    "?",
    "|",
    ">-\n a",
  ),
);
const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Json>(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    texts,
    fc.array(tie("value")),
    fc.dictionary(texts, tie("value")),
  ),
})).value;

function again(value: Json, format: "json" | "yaml" | "text"): Json {
  const { encode, mediaType } = rulesOf(format);
  return decodeValue(encode(value) as string, mediaType);
}

describe("a value that is kept", () => {
  it.each(["json", "yaml"] as const)("as %s comes back as what it was, whatever it holds", (format) => {
    const property = fc.property(values, (value) => {
      expect(canonicalJson(again(value, format))).toBe(canonicalJson(value));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("as text comes back as what it was, whatever it holds", () => {
    const property = fc.property(texts, (text) => {
      expect(again(text, "text")).toBe(text);
    });
    fc.assert(property);
  });

  it("as YAML is read by people: indented, unquoted, each part in its place", () => {
    const twice = { path: "a.ts" };
    expect(rulesOf("yaml").encode({ title: "Fix it", files: [twice, twice], text: "one\ntwo\n", none: null })).toBe(
      "title: Fix it\nfiles:\n  - path: a.ts\n  - path: a.ts\ntext: |\n  one\n  two\nnone: null\n",
    );
  });

  it("as YAML keeps members that every object inherits", () => {
    const value = JSON.parse('{"__proto__": {"a": 1}, "constructor": null}') as Json;
    expect(canonicalJson(again(value, "yaml"))).toBe(canonicalJson(value));
  });
});

describe("what a format cannot carry", () => {
  it.each<[format: "json" | "yaml" | "text" | "binary", string, unknown, string]>([
    ["json", "NaN", { a: Number.NaN }, "$.a is NaN"],
    ["yaml", "a date", { a: new Date(0) }, "$.a is a Date"],
    ["yaml", "nothing", undefined, "$ is undefined"],
    ["text", "an object", { a: 1 }, "takes a string, not an object"],
    ["text", "null", null, "takes a string, not null"],
    ["text", "bytes", new Uint8Array(1), "takes a string, not bytes"],
    ["text", "a lone surrogate", "\ud800", "lone surrogate"],
    ["binary", "a string", "AAAA", "takes bytes, not a string"],
    ["binary", "an array", [1], "takes bytes, not an array"],
  ])("%s refuses %s", (format, _what, ...[data, problem]) => {
    expect(() => rulesOf(format).encode(data)).toThrow(problem);
  });

  it("is not what a name of no format says", () => {
    expect(() => rulesOf("yml" as never)).toThrow('there is no format "yml"; did you mean "yaml"?');
    expect(() => rulesOf("toString" as never)).toThrow("there is no format");
  });
});

describe("a media type", () => {
  it.each([
    ["application/json", ".json"],
    ["application/yaml", ".yaml"],
    ["text/plain", ".txt"],
    ["Text/Plain; charset=utf-8", ".txt"],
    ["application/octet-stream", ""],
    ["text/plainly", ""],
    ["image/png", ""],
  ])("%s has the ending %j", (mediaType, ending) => {
    expect(endingOfType(mediaType)).toBe(ending);
  });

  it.each(["application/octet-stream", "image/png"])("%s is that of no value", (mediaType) => {
    expect(() => decodeValue("1", mediaType)).toThrow(`content of the type ${mediaType} is no value`);
  });

  it("of a value that is damaged is told by the parser", () => {
    expect(() => decodeValue("{", "application/json")).toThrow(SyntaxError);
    expect(() => decodeValue("a: [", "application/yaml")).toThrow(/flow sequence/i);
    expect(() => decodeValue("- &a 1\n- *a\n", "application/yaml")).toThrow(/alias/i);
  });
});
