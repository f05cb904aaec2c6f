import type { ModelRequest, ModelResponse, Usage } from "@dad/protocol";
import { ModelError } from "../errors.ts";
import type { ModelMeter, UsageEstimate } from "../model-meter.ts";
import type { GenerateOptions, ModelResource } from "../model-resource.ts";

/** What one call used. */
export const USED = { inputTokens: 10, outputTokens: 5, costUsd: 0.25 } as const satisfies Usage;

export const HELLO: ModelRequest = { messages: [{ role: "user", content: "hello" }] };

/** A text, an error, or what becomes of the call. */
export type Answer = string | Error | ((options: GenerateOptions) => Promise<string>);

export interface PricedModel extends ModelResource {
  /** With which options it was called. */
  readonly calls: readonly GenerateOptions[];
}

/** A model that costs something, for tests of what is around it. Gives one answer after another. */
export function pricedModel(answers: readonly Answer[], more: Partial<ModelResource> = {}): PricedModel {
  const calls: GenerateOptions[] = [];
  const modelId = more.modelId ?? "m";
  return {
    provider: "acme",
    modelId,
    capabilities: { structuredOutput: true, recorded: false, streaming: true, tools: true, files: true },
    price: { inputPerMTok: 1_000_000, outputPerMTok: 1_000_000 },
    maxOutputTokens: 100,
    ...more,
    calls,
    async generate(_request, options = {}): Promise<ModelResponse> {
      const answer = answers[calls.push(options) - 1];
      if (answer === undefined) throw new TypeError(`${modelId} is asked ${calls.length} times`);
      if (answer instanceof Error) throw answer;
      const text = typeof answer === "string" ? answer : await answer(options);
      return { text, finishReason: "stop", usage: USED, modelId };
    },
  };
}

/** Never answers, and heeds no signal. */
export const deaf = (): Promise<string> => new Promise(() => {});

/** A failure that may pass. */
export function busy(message = "busy", details: ModelError["details"] = { status: 500 }): ModelError {
  return new ModelError("MODEL_UNAVAILABLE", message, { retryable: true, details });
}

export function tooMany(retryAfterMs?: number): ModelError {
  const details = { status: 429, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new ModelError("MODEL_RATE_LIMITED", "asked too often", { retryable: true, details });
}

/** A meter that says what it is told. */
export function loggingMeter(
  log: unknown[],
  reserve: (estimate: UsageEstimate) => { readonly timeMs?: number; readonly timeUp?: () => Error } = () => ({}),
): ModelMeter {
  return {
    async reserve(estimate) {
      const { timeMs, timeUp } = reserve(estimate);
      log.push("reserve");
      return {
        settle: (usage) => log.push(usage),
        release: () => log.push("release"),
        forfeit: () => log.push("forfeit"),
        timeMs,
        ...(timeUp && { timeUp }),
      };
    },
  };
}
