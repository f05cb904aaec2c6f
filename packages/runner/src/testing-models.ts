import type { NodeContext } from "@dad/agent";
import type { BudgetLimits, Json, Usage } from "@dad/protocol";
import { ModelError, type ModelResource } from "@dad/resources";
import { staticResourceRegistry } from "@dad/resources/static";
import { memoryPorts } from "./testing-ports.ts";

// For the tests of this package only: a model that somebody pays.

export interface PaidCall {
  readonly tokens?: number;
  readonly usd?: number | null;
  readonly fails?: boolean;
  readonly calls?: number;
}

export interface PaidModelOptions {
  /** What each call uses, by its number from 1. Default: a token, and a cent. */
  readonly uses?: (call: number) => PaidCall;
  readonly priced?: boolean;
  readonly wait?: (signal: AbortSignal | undefined) => Promise<void>;
}

/** A model as a program may write one: it asks no meter. */
export function paidModel({ uses = () => ({}), priced = true, wait }: PaidModelOptions = {}) {
  const calls: Usage[] = [];
  const model: ModelResource = {
    provider: "test",
    modelId: "paid",
    capabilities: { structuredOutput: false, recorded: false, streaming: false, tools: false, files: false },
    ...(priced ? { price: { inputPerMTok: 0, outputPerMTok: 10_000 } } : {}),
    maxOutputTokens: 1,
    async generate(_request, options) {
      const { tokens = 1, usd = 0.01, fails = false, calls: own } = uses(calls.length + 1);
      const usage: Usage = { inputTokens: 0, outputTokens: tokens, costUsd: usd, ...(own === undefined ? {} : { calls: own }) };
      calls.push(usage);
      await wait?.(options?.signal);
      if (fails) throw new ModelError("MODEL_REPLY_INVALID", "it cannot be read", { retryable: true, details: { usage: usage as unknown as Json } });
      return { text: "yes", finishReason: "stop", usage, modelId: "paid" };
    },
  };
  return { model, calls };
}

/** Ports with this model under the alias `m`. */
export function portsWith(model: ModelResource | (() => ModelResource), budget?: BudgetLimits) {
  const definition = { models: { m: model }, ...(budget ? { budget } : {}) };
  return { ...memoryPorts(), resources: staticResourceRegistry({ profiles: { default: definition } }).profile() };
}

/** Asks that model once. */
export async function ask({ resources, signal }: NodeContext): Promise<undefined> {
  await resources.get("model", "m").generate({ messages: [{ role: "user", content: "?" }] }, { signal });
}
