import { describe, expect, it } from "vitest";
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

describe("parseStaticInput", () => {
  it("splits at the first equals sign", () => {
    expect(parseStaticInput('a.b={"text":"x=y"}')).toEqual(["a.b", { text: "x=y" }]);
  });

  it.each(["", "a.b", "=1", 'a.b={"x":'])("refuses %j", (assignment) => {
    expect(() => parseStaticInput(assignment)).toThrow(expect.objectContaining({ code: "STATIC_INPUTS_INVALID" }));
  });
});
