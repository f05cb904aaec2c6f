import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputId, InputRequest, type Json } from "@dad/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { type AnswerFlags, givenAnswer } from "./given-answer.ts";

const id = InputId.parse("main.x:y");

function answered(flags: AnswerFlags, asks?: { readonly schema: Record<string, Json>; readonly choices?: InputRequest["choices"] }) {
  const request = asks && InputRequest.parse({ id, path: "main.x", key: "y", prompt: "?", question: `sha256:${"0".repeat(64)}`, ...asks });
  return givenAnswer(flags, { id, request, isOpen: request !== undefined, nearest: undefined }, tmpdir()).then((given) => given?.value);
}

const LEVELS = [
  { value: "patch", label: "patch" },
  { value: 2, label: "Major" },
];

async function file(text: string): Promise<string> {
  const path = join(tmpdir(), `given-answer-${process.pid}.txt`);
  await writeFile(path, text);
  onTestFinished(() => rm(path));
  return path;
}

describe("givenAnswer", () => {
  it("is JSON, a text, yes or no, as it was written", async () => {
    expect(await answered({ value: '{"a":[1]}' }, { schema: {} })).toEqual({ a: [1] });
    expect(await answered({ text: '"quoted" $HOME' }, { schema: { type: "string" } })).toBe('"quoted" $HOME');
    expect(await answered({ yes: true }, { schema: { type: "boolean" } })).toBe(true);
    expect(await answered({ no: true }, { schema: { type: "boolean" } })).toBe(false);
    expect(await answered({}, { schema: {} })).toBeUndefined();
  });

  it("is the text of a file where a text is asked for, without the line break at its end, and else its JSON", async () => {
    const path = await file('{ "a": 1 }\n');
    expect(await answered({ file: path }, { schema: { type: "string" } })).toBe('{ "a": 1 }');
    expect(await answered({ file: path }, { schema: { type: "object" } })).toEqual({ a: 1 });
    await expect(answered({ file: "no/such" }, { schema: {} })).rejects.toThrow("--file no/such: no/such cannot be read");
  });

  it("is a choice by its label, its value, or either in another case, and several where several may be chosen", async () => {
    const one = { schema: { anyOf: [{ type: "string" }, { type: "number" }] }, choices: LEVELS };
    expect(await answered({ choice: ["major"] }, one)).toBe(2);
    expect(await answered({ choice: ["2"] }, one)).toBe(2);
    expect(await answered({ choice: ["patch", "Major"] }, { schema: { type: "array" }, choices: LEVELS })).toEqual(["patch", 2]);
    expect(await answered({ choice: ["b"] }, { schema: { enum: ["a", "b"] } })).toBe("b");
    await expect(answered({ choice: ["patsch"] }, one)).rejects.toThrow('has no such choice; did you mean "patch"?');
    await expect(answered({ choice: ["patch", "major"] }, one)).rejects.toThrow("takes one choice, and not 2");
    await expect(answered({ choice: ["yes"] }, { schema: { type: "number" } })).rejects.toThrow("has no choices. It takes number");
    await expect(answered({ choice: ["yes"] })).rejects.toThrow("is not asked yet");
  });

  it("is refused with all that does not fit, and what does", async () => {
    const schema = { type: "object", properties: { title: { type: "string", minLength: 3 }, tags: { type: "array", items: { type: "string" } } } };
    const told = /title: .*; tags\[0\]: .*It takes \{ title\?: string, tags\?: \[string, …\] \}/;
    await expect(answered({ value: '{"title":"x","tags":[1]}' }, { schema })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringMatching(told),
    });
  });

  it("says of what is no JSON what is wrong and where, and how a text is given", async () => {
    await expect(answered({ value: "hello" }, { schema: {} })).rejects.toThrow(/--value is not JSON: column 1: .*\. For a text, there is --text/);
    await expect(answered({ value: '{"a":1,\n"a":2}' }, { schema: {} })).rejects.toThrow("line 2, column 1");
  });
});
