import { describe, expect, it } from "vitest";
import { digestOfJson } from "./digest.ts";
import { ModelRequest, ModelResponse, ModelSettings, ModelTape } from "./model-tape.ts";

// `Required` makes the compiler ask for every member of the types, so that no schema can miss one.
const settings: Required<ModelSettings> = { maxOutputTokens: 100, temperature: 0.5, topP: 0.9, seed: 7, stopSequences: ["END"] };
const request: Required<ModelRequest> = {
  system: "be brief",
  messages: [{ role: "user", content: "hello" }],
  output: { name: "greeting", schema: { type: "object" } },
  settings,
};
const response: Required<ModelResponse> = {
  text: "{}",
  structured: {},
  finishReason: "stop",
  usage: { inputTokens: 1, outputTokens: 2, costUsd: null },
  modelId: "m-1",
  warnings: ["no seed"],
};
const tape: Required<ModelTape> = { format: "dad.tape/1", provider: "openai", modelId: "m", entries: [{ request, response }] };

describe("ModelTape", () => {
  it("reads what was written", () => {
    expect(ModelTape.parse(JSON.parse(JSON.stringify(tape)))).toEqual(tape);
  });

  it.each([
    ["settings", ModelSettings, settings],
    ["request", ModelRequest, request],
    ["response", ModelResponse, response],
    ["tape", ModelTape, tape],
  ])("checks every member of a %s", (_name, schema, value) => {
    const wrong = () => undefined;
    const unchecked = Object.keys(value).filter((member) => schema.safeParse({ ...value, [member]: wrong }).success);
    expect(unchecked).toEqual([]);
  });

  it("keeps what a newer version added to a request, and with it its digest", () => {
    const newer = { ...request, tools: [{ name: "search" }], messages: [{ role: "user", content: "x", images: ["a.png"] }] };
    const entries = [{ request: newer, response }];
    const [entry] = ModelTape.parse({ format: "dad.tape/1", entries }).entries;
    expect(digestOfJson(entry?.request)).toBe(digestOfJson(newer));
  });

  it("refuses another format", () => {
    expect(ModelTape.safeParse({ ...tape, format: "dad.tape/2" }).success).toBe(false);
  });
});
