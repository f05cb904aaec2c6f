import { describe, expect, it } from "vitest";
import type { ModelRequest } from "../model-resource.ts";
import { HELLO } from "../testing/priced-model.ts";
import { estimate } from "./estimate.ts";

const model = { provider: "acme", modelId: "m", maxOutputTokens: 100 };
const bytes = (request: ModelRequest) => Buffer.byteLength(JSON.stringify(request));

describe("estimate", () => {
  it("counts a token for every two bytes of a request", () => {
    const request = { ...HELLO, system: "žluťoučký kůň ✓".repeat(100) };
    expect(estimate(request, model)).toEqual({ tokens: Math.ceil(bytes(request) / 2) + 100, usd: null, model: "acme/m" });
  });

  it.each([
    { what: "what the request says", settings: { maxOutputTokens: 7 }, of: model, output: 7 },
    { what: "what the model says", settings: {}, of: model, output: 100 },
    { what: "4,096", settings: {}, of: { provider: "acme", modelId: "m" }, output: 4_096 },
  ])("expects a reply of $what", ({ settings, of, output }) => {
    const request = { ...HELLO, settings };
    expect(estimate(request, of).tokens).toBe(Math.ceil(bytes(request) / 2) + output);
  });

  it.each([
    ["image/png", 5_000],
    ["video/mp4", 60],
    ["audio/mpeg", 60],
    ["application/pdf", 1_500],
  ])("counts a file of the type %s by what it is, not by its text", (mediaType, tokens) => {
    const requestOf = (data: string): ModelRequest => ({ messages: [{ role: "user", content: [{ type: "file", mediaType, data }] }] });
    expect(estimate(requestOf("A".repeat(4_000)), model).tokens).toBe(Math.ceil(bytes(requestOf("")) / 2) + 100 + tokens);
  });

  it("counts data that is no file as text", () => {
    const result = { type: "file", mediaType: "image/png", data: "A".repeat(1_000) };
    const request: ModelRequest = { messages: [{ role: "tool", content: [{ type: "tool-result", callId: "1", tool: "t", result }] }] };
    expect(estimate(request, model).tokens).toBe(Math.ceil(bytes(request) / 2) + 100);
  });

  it("adds what providers say of tools and forms", () => {
    const request = { ...HELLO, tools: [{ name: "search", description: "Finds.", inputSchema: {} }] };
    expect(estimate(request, model).tokens).toBe(Math.ceil(bytes(request) / 2) + 600);
  });

  it("counts dollars by the price, input as if none of it were cached and all of it were to be", () => {
    const price = { inputPerMTok: 2, outputPerMTok: 10, cachedInputPerMTok: 1, cacheWritePerMTok: 4 };
    const input = Math.ceil(bytes(HELLO) / 2);
    expect(estimate(HELLO, { ...model, price }).usd).toBeCloseTo((input * 4 + 100 * 10) / 1e6, 12);
  });
});
