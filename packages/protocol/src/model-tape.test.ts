import { describe, expect, it } from "vitest";
import { digestOfJson } from "./digest.ts";
import { canonicalJson } from "./json.ts";
import {
  type ModelFilePart,
  ModelMessage,
  type ModelReasoningPart,
  type ModelTextPart,
  ModelTool,
  type ModelToolCallPart,
  type ModelToolResultPart,
} from "./model-message.ts";
import { ModelRequest, ModelResponse, ModelSettings, ModelTape } from "./model-tape.ts";

// `Required` makes the compiler ask for every member of the types, so that no schema can miss one.
const settings: Required<ModelSettings> = {
  maxOutputTokens: 100,
  temperature: 0.5,
  topP: 0.9,
  seed: 7,
  stopSequences: ["END"],
  reasoningEffort: "low",
  providerOptions: { openai: { store: false } },
};
const text: Required<ModelTextPart> = { type: "text", text: "hello", providerData: { google: { signature: "s" } } };
const file: Required<ModelFilePart> = { type: "file", mediaType: "image/png", data: "iVBORw==", name: "plot.png" };
const reasoning: Required<ModelReasoningPart> = { type: "reasoning", text: "hmm", providerData: { anthropic: { signature: "s" } } };
const call: Required<ModelToolCallPart> = { type: "tool-call", callId: "1", tool: "search", input: { q: "x" }, providerData: { google: {} } };
const result: Required<ModelToolResultPart> = { type: "tool-result", callId: "1", tool: "search", result: [1], failed: true };
const tool: Required<ModelTool> = { name: "search", description: "Finds.", inputSchema: { type: "object" } };
const messages: readonly ModelMessage[] = [
  { role: "user", content: [text, file] },
  { role: "assistant", content: [reasoning, text, file, call] },
  { role: "tool", content: [result] },
  { role: "assistant", content: "found" },
  { role: "user", content: "hello" },
];
const request: Required<ModelRequest> = {
  system: "be brief",
  messages,
  output: { name: "greeting", schema: { type: "object" } },
  tools: [tool],
  toolChoice: { tool: "search" },
  settings,
};
const response: Required<ModelResponse> = {
  text: "{}",
  content: [text, call],
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

  it.each([
    ["text", "user", text],
    ["file", "user", file],
    ["thought", "assistant", reasoning],
    ["call of a tool", "assistant", call],
    ["result of a tool", "tool", result],
  ])("checks every member of a %s", (_name, role, part) => {
    const wrong = () => undefined;
    const unchecked = Object.keys(part).filter((member) => ModelMessage.safeParse({ role, content: [{ ...part, [member]: wrong }] }).success);
    expect(unchecked).toEqual([]);
    expect(ModelMessage.parse({ role, content: [{ ...part, newer: 1 }] })).toEqual({ role, content: [{ ...part, newer: 1 }] });
  });

  it("checks every member of a tool", () => {
    const wrong = () => undefined;
    expect(Object.keys(tool).filter((member) => ModelTool.safeParse({ ...tool, [member]: wrong }).success)).toEqual([]);
  });

  it("has the canonical text of before for a request without what is new", () => {
    const simple: ModelRequest = { system: "s", messages: [{ role: "user", content: "hello" }], settings: { seed: 7 } };
    expect(digestOfJson(ModelRequest.parse(simple))).toBe(digestOfJson(simple));
    expect(canonicalJson(ModelRequest.parse(simple))).toBe('{"messages":[{"content":"hello","role":"user"}],"settings":{"seed":7},"system":"s"}');
  });

  it("keeps what a newer version added to a request, and with it its digest", () => {
    const newer = { ...request, search: [{ name: "web" }], messages: [{ role: "user", content: "x", images: ["a.png"] }] };
    const entries = [{ request: newer, response }];
    const [entry] = ModelTape.parse({ format: "dad.tape/1", entries }).entries;
    expect(digestOfJson(entry?.request)).toBe(digestOfJson(newer));
  });

  it("refuses another format", () => {
    expect(ModelTape.safeParse({ ...tape, format: "dad.tape/2" }).success).toBe(false);
  });
});
