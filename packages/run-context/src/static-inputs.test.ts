import type { Json, StaticInputs } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { takeStaticInputs, parseStaticInput, parseStaticInputs } from "./static-inputs.ts";

const refusedWith = (...problems: string[]) =>
  expect.objectContaining({ code: "STATIC_INPUTS_INVALID", problems: problems.map((problem) => expect.stringContaining(problem) as string) });

describe("parseStaticInputs", () => {
  it("reads values by path, also behind a byte order mark", () => {
    expect(parseStaticInputs('\uFEFF{"a.b": {"x": [1, null]}}', "file").values).toEqual({ "a.b": { x: [1, null] } });
  });

  it.each(["\n", "\r\n", "\r"])("names line and column of all that is wrong, with lines that end in %j", (end) => {
    const broken = () => parseStaticInputs(["{", '  "a": 1', '  "b": NaN', "}"].join(end), "inputs.json");
    expect(broken).toThrow(refusedWith("inputs.json:3:3: a comma is missing", "inputs.json:3:8: JSON has no NaN"));
  });

  it.each(["[]", "null", "1", '"text"'])("refuses %s, which is no object", (text) => {
    expect(() => parseStaticInputs(text, "file")).toThrow(refusedWith("file: give a JSON object"));
  });

  it("knows where a value is written, and the members of one", () => {
    const { placeOf } = parseStaticInputs('{\n  "a.b": {"x": 1,\n "y": 2}}', "f.json");
    expect([placeOf("a.b"), placeOf("a.b", "y"), placeOf("a.b", "z"), placeOf("c")]).toEqual(["f.json:2:10", "f.json:3:7", undefined, undefined]);
  });
});

describe("parseStaticInput", () => {
  it("splits at the first equals sign", () => {
    expect(parseStaticInput('a.b={"text":"x=y"}', "--input #1").values).toEqual({ "a.b": { text: "x=y" } });
  });

  it.each<[string, ...string[]]>([
    ["", '--input #2 is "": write it as <path>=<json>'],
    ["a.b", "write it as <path>=<json>"],
    ["=1", "write it as <path>=<json>"],
    ['a.b={"x":', "--input #2 (a.b), column 10: the text ends"],
    ['a.b={"x":1,"x":2}', '--input #2 (a.b), column 12: it has "x" twice'],
    [
      "topic=cats",
      '--input #2 (topic), column 7: cats is no value of JSON: a text is in double quotes, as in "cats". In a shell, put all of it in single',
    ],
    ["a={\n b: 1}", '--input #2 (a), line 2, column 2: a key is in double quotes: write "b"'],
  ])("refuses %j", (assignment, ...problems) => {
    expect(() => parseStaticInput(assignment, "--input #2")).toThrow(refusedWith(...problems));
  });

  it("knows where the value is written", () => {
    const { placeOf } = parseStaticInput('a={"x": 1}', "--input #1");
    expect([placeOf("a"), placeOf("a", "x"), placeOf("b")]).toEqual(["--input #1 (a), column 3", "--input #1 (a), column 9", undefined]);
  });
});

describe("takeStaticInputs", () => {
  const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)]);

  it.each<[string, unknown, string]>([
    ["a date", new Date(0), "Date"],
    ["a number that JSON has not", Number.NaN, "NaN"],
    ["what is missing", undefined, "undefined"],
    ["half a character", "\ud800", "lone surrogate"],
    ["what is too deep", nested(257), "more than 256 deep"],
    ["what is much too deep", nested(5000), "deep"],
    ["a key that is lost on the way", [JSON.parse('{"__proto__": {"x": 1}}')], '"__proto__" is refused'],
    ["the way to a prototype", { constructor: { prototype: {} } }, '"constructor" with a "prototype"'],
  ])("refuses %s, and names the input and all others that are wrong", (_what, value, says) => {
    const inputs = { "a.b": value, fine: nested(256), "c.d": undefined } as unknown as StaticInputs;
    expect(() => takeStaticInputs(inputs)).toThrow(refusedWith(says, '"c.d"'));
  });

  it("refuses a name that no object keeps, and what is no object", () => {
    expect(() => takeStaticInputs(JSON.parse('{"__proto__": 1}') as StaticInputs)).toThrow(refusedWith("__proto__"));
    expect(() => takeStaticInputs([] as unknown as StaticInputs)).toThrow(refusedWith("are an object"));
  });
});
