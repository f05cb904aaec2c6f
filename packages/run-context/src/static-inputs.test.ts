import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repeatedKey } from "./repeated-key.ts";
import { parseStaticInput, parseStaticInputs } from "./static-inputs.ts";

describe("parseStaticInputs", () => {
  it("reads values by path, also behind a byte order mark", () => {
    expect(parseStaticInputs('\uFEFF{"a.b": {"x": [1, null]}}', "file")).toEqual({ "a.b": { x: [1, null] } });
  });

  it("names line and column of what is not JSON", () => {
    const broken = () => parseStaticInputs('{\n  "a": 1\n  "b": 2\n}', "inputs.json");
    expect(broken).toThrow(expect.objectContaining({ code: "STATIC_INPUTS_INVALID", message: expect.stringContaining("inputs.json:3:") as string }));
  });

  it.each(["[]", "null", "1", '"text"'])("refuses %s, which is no object", (text) => {
    expect(() => parseStaticInputs(text, "file")).toThrow(expect.objectContaining({ code: "STATIC_INPUTS_INVALID" }));
  });

  it("refuses a member that would be lost", () => {
    expect(() => parseStaticInputs('{"__proto__": {"x": 1}}', "file")).toThrow("__proto__");
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe("parseStaticInputs of what would be read in two ways", () => {
  const reading = (text: string) => () => parseStaticInputs(text, "inputs.json");

  it.each([
    ['{"a": 1,\n "b": 2, "a": 3}', "inputs.json:2:10", '"a"'],
    [String.raw`{"a": {"x": [1, {"y": 1, "\u0079": 2}]}}`, "inputs.json:1:26", '"y"'],
    [String.raw`{"a\"{": 1, "a\"{" : 2}`, "inputs.json:1:13", String.raw`"a\"{"`],
  ])("refuses %j, which has a key twice, and says where", (text, place, key) => {
    expect(reading(text)).toThrow(expect.objectContaining({ code: "STATIC_INPUTS_INVALID", message: `${place}: it has ${key} twice in one object` }));
  });

  it("takes a key again in another object, and a text like a key", () => {
    const text = String.raw`{"a": {"x": "x"}, "b": [{"x": 1}, {"x": "\"x\": {"}], "x": ["x", "x"]}`;
    expect(reading(text)()).toEqual(JSON.parse(text));
  });

  it("finds a repeated key in every text that is made to have one, and in no other", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 2 }), fc.string({ unit: "binary" }), (json, key) => {
        const [name, other] = [JSON.stringify(key), JSON.stringify(`${key}!`)];
        expect(repeatedKey(`{${name}:${json},${other}:${json}}`)).toBeUndefined();
        expect(repeatedKey(`{${name}:${json},${other}:${json},${name}:0}`)).toMatchObject({ key: JSON.parse(name) as string });
      }),
    );
  });

  it.each([
    ["nested 10,000 deep", `{"a": ${"[".repeat(10_000)}${"]".repeat(10_000)}}`, 'the value of "a": .* more than 500 deep'],
    ["a lone surrogate", String.raw`{"a": "\ud800"}`, "lone surrogate"],
    ["not a number", '{"a": NaN}', "it is not JSON"],
    ["nothing", "", "it is not JSON"],
    ["a comment", '{"a": 1} // x', "it is not JSON"],
    ["two values", "{}{}", "it is not JSON"],
    ["UTF-16 that was taken for UTF-8", "{\0}\0", "it is not JSON"],
  ])("refuses what is %s", (_what, text, says) => {
    expect(reading(text)).toThrow(expect.objectContaining({ code: "STATIC_INPUTS_INVALID", message: expect.stringMatching(says) as string }));
  });

  it("changes nothing that other objects inherit", () => {
    const inputs = reading('{"constructor": {"prototype": {"x": 1}}, "a": {"__proto__": {"x": 1}}}')();
    expect(Object.keys(inputs)).toEqual(["constructor", "a"]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect((inputs["a"] as { x?: unknown }).x).toBeUndefined();
  });
});

describe("parseStaticInput", () => {
  it("splits at the first equals sign", () => {
    expect(parseStaticInput('a.b={"text":"x=y"}')).toEqual(["a.b", { text: "x=y" }]);
  });

  it.each(["", "a.b", "=1", 'a.b={"x":', 'a.b={"x":1,"x":2}'])("refuses %j", (assignment) => {
    expect(() => parseStaticInput(assignment)).toThrow(expect.objectContaining({ code: "STATIC_INPUTS_INVALID" }));
  });
});
