import { canonicalJson, DadError, isAllRecorded, ModelResponse } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import type { ModelErrorCode } from "../errors.ts";
import type { GenerateOptions, ModelResource } from "../model-resource.ts";
import { files, tools } from "./model-parts-contract.ts";
import { streaming } from "./model-streaming-contract.ts";
import { exchanges, type ModelResourceSubject, plain, rich } from "./model-resource-subject.ts";

/** What a model can fail with, by whether it calls somebody. */
const CODES = {
  live: ["MODEL_UNAUTHORIZED", "MODEL_RATE_LIMITED", "MODEL_UNAVAILABLE", "MODEL_REFUSED", "MODEL_REPLY_INVALID"],
  recorded: ["MODEL_NOT_RECORDED"],
} satisfies Record<string, ModelErrorCode[]>;
const RETRYABLE: readonly string[] = ["MODEL_RATE_LIMITED", "MODEL_UNAVAILABLE"];

/** Proves that a model keeps the contract of `ModelResource`. What it claims in `capabilities` decides what is asked of it. */
export function modelResourceContract(name: string, subject: ModelResourceSubject): void {
  describe(`${name} keeps the contract of a model`, () => {
    replies(subject);
    calls(subject);
    failures(subject);
    streaming(subject);
    tools(subject);
    files(subject);
  });
}

function replies(subject: ModelResourceSubject): void {
  it("names its provider and its model", async () => {
    const model = await subject.replying(exchanges);
    expect(model.provider).toMatch(/^[a-z0-9_.-]+$/);
    expect(model.modelId).not.toBe("");
    const { structuredOutput, recorded, streaming, tools, files } = model.capabilities;
    expect([structuredOutput, recorded, streaming, tools, files].map((claim) => typeof claim)).toEqual(Array(5).fill("boolean"));
  });

  it("replies with text, and with nothing structured when that was not asked for", async () => {
    const model = await subject.replying(exchanges);
    const response = await model.generate(plain);
    expect(response).toMatchObject({ text: "Hello, wörld ✓", finishReason: "stop" });
    expect(response).not.toHaveProperty("structured");
  });

  it("replies with parsed JSON when an output was asked for", async () => {
    const model = await subject.replying(exchanges);
    expect(await model.generate(rich)).toMatchObject({ structured: { words: 3 }, finishReason: "stop" });
  });

  it("replies with what is no JSON as it came, with nothing structured, when an output was asked for", async () => {
    const text = "Sure! There are three.";
    const model = await subject.replying([{ request: rich, text }]);
    for (const options of model.capabilities.streaming ? [{}, { onPiece() {} }] : [{}]) {
      const response = await model.generate(rich, options);
      expect(response).toMatchObject({ text, finishReason: "stop" });
      expect(response).not.toHaveProperty("structured");
    }
  });

  it("replies with plain JSON in the form of the protocol", async () => {
    const model = await subject.replying(exchanges);
    for (const { request } of exchanges) {
      const response = await model.generate(request);
      expect(ModelResponse.safeParse(response).error).toBeUndefined();
      expect(() => canonicalJson(response)).not.toThrow();
    }
  });

  it("says what the call used; apart from it, and for nothing, when nobody was called", async () => {
    const model = await subject.replying(exchanges);
    const { usage } = await model.generate(plain);
    expect(usage.cachedInputTokens ?? 0).toBeLessThanOrEqual(usage.inputTokens);
    expect(usage.reasoningTokens ?? 0).toBeLessThanOrEqual(usage.outputTokens);
    expect(usage.costUsd === 0).toBe(model.capabilities.recorded);
    expect(isAllRecorded(usage)).toBe(model.capabilities.recorded);
    expect([usage.calls, usage.recorded?.calls]).toEqual(model.capabilities.recorded ? [0, 1] : [usage.calls, undefined]);
  });
}

function calls(subject: ModelResourceSubject): void {
  it("leaves the request as it is", async () => {
    const model = await subject.replying(exchanges);
    for (const { request } of exchanges) {
      const asked = frozen(structuredClone(request));
      await model.generate(asked);
      expect(asked).toEqual(request);
    }
  });

  it("gives a reply that is the caller's to change", async () => {
    const model = await subject.replying(exchanges);
    const first = await model.generate(rich);
    Object.assign(first.structured as object, { words: -1 });
    Object.assign(first.usage, { inputTokens: -1 });
    const second = await model.generate(rich);
    expect(second.structured).toEqual({ words: 3 });
    expect(second.usage.inputTokens).toBeGreaterThanOrEqual(0);
  });

  it("answers twenty calls at once, each with its own reply", async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({
      request: { messages: [{ role: "user" as const, content: `number ${index}` }] },
      text: `reply ${index}`,
    }));
    const model = await subject.replying(many);
    const responses = await Promise.all(many.map(({ request }) => model.generate(request)));
    expect(responses.map(({ text }) => text)).toEqual(many.map(({ text }) => text));
  });

  it("does not start when its signal is aborted already", async () => {
    const model = await subject.replying(exchanges);
    const reason = new Error("stopped before");
    await expect(model.generate(plain, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect((await model.generate(plain)).text).toBe("Hello, wörld ✓");
  });

  it("stops waiting for a reply when its signal is aborted", async () => {
    const { capabilities } = await subject.replying(exchanges);
    if (capabilities.recorded) return;
    if (!subject.silent) throw new TypeError("the subject of a model that is not recorded has to have `silent`");
    for (const options of capabilities.streaming ? [{}, { onPiece() {} }] : [{}]) {
      const { model, called } = await subject.silent();
      const controller = new AbortController();
      const reason = new Error("stopped while waiting");
      const thrown = model.generate(plain, { ...options, signal: controller.signal }).catch((error: unknown) => error);
      await called;
      controller.abort(reason);
      expect(await thrown).toBe(reason);
    }
  });
}

function failures(subject: ModelResourceSubject): void {
  it("fails with the codes of its kind, and says which can be tried again", async () => {
    const { capabilities } = await subject.replying(exchanges);
    for (const code of capabilities.recorded ? CODES.recorded : CODES.live) {
      for (const options of capabilities.streaming ? [{}, { onPiece() {} }] : [{}]) {
        const { error } = await failureOf(subject, { code, options });
        expect(error).toMatchObject({ code, retryable: RETRYABLE.includes(code) });
        expect(() => canonicalJson(error.toJSON())).not.toThrow();
      }
    }
  });

  it("names itself when its provider fails", async () => {
    const { capabilities } = await subject.replying(exchanges);
    for (const code of capabilities.recorded ? [] : CODES.live) {
      const { error, model } = await failureOf(subject, { code, options: {} });
      expect(error.message).toContain(model.modelId);
    }
  });
}

async function failureOf(
  subject: ModelResourceSubject,
  { code, options }: { readonly code: ModelErrorCode; readonly options: GenerateOptions },
): Promise<{ model: ModelResource; error: DadError }> {
  const model = await subject.failing(code, rich);
  const error = await model.generate(rich, options).then(
    (): unknown => undefined,
    (thrown: unknown) => thrown,
  );
  if (!DadError.is(error)) throw new TypeError(`a call that has to fail with ${code} ended with ${String(error)}`);
  return { model, error };
}

function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
