import { type Attributes, ATTRIBUTES, type OPERATIONS } from "@dad/observability";
import { DadError, isAllRecorded, isJsonObject, type Json, type Usage } from "@dad/protocol";
import type { ModelRequest, ModelResource, ModelResponse } from "@dad/resources";
import { finishReason } from "./messages.ts";
import { conventionalProvider } from "./provider-name.ts";

const { genAi, server, dad } = ATTRIBUTES;

export type CalledModel = Pick<ModelResource, "provider" | "modelId" | "identity" | "capabilities">;
export type Operation = typeof OPERATIONS.chat | typeof OPERATIONS.embeddings;

/** Which model is asked, of spans and of measurements. */
export function modelAttributes(operation: Operation, { provider, modelId, identity }: CalledModel): Attributes {
  return {
    [genAi.operationName]: operation,
    [genAi.providerName]: conventionalProvider(provider),
    [genAi.requestModel]: modelId,
    ...serverAttributes(identity),
  };
}

/** Where it is reached, as far as it says so: that of a provider's own package is the package's matter. */
function serverAttributes(identity: Json | undefined): Attributes {
  const baseURL = isJsonObject(identity) ? identity["baseURL"] : undefined;
  if (typeof baseURL !== "string" || !URL.canParse(baseURL)) return {};
  const { hostname, port, protocol } = new URL(baseURL);
  if (hostname === "") return {};
  return { [server.address]: hostname, [server.port]: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port) };
}

export function requestAttributes({ settings = {}, output }: ModelRequest): Attributes {
  return {
    [genAi.outputType]: output ? "json" : "text",
    [genAi.requestMaxTokens]: settings.maxOutputTokens,
    [genAi.requestTemperature]: settings.temperature,
    [genAi.requestTopP]: settings.topP,
    [genAi.requestSeed]: settings.seed,
    [genAi.requestReasoningLevel]: settings.reasoningEffort,
    [genAi.requestStopSequences]: settings.stopSequences && [...settings.stopSequences],
  };
}

export function responseAttributes(response: ModelResponse): Attributes {
  return {
    [genAi.responseModel]: response.modelId,
    [genAi.responseFinishReasons]: [finishReason(response)],
    ...usageAttributes(response.usage),
  };
}

/** What nobody was called for is under names of its own, so that no sum of the others has it. */
export function usageAttributes(usage: Usage, { output = true }: { readonly output?: boolean } = {}): Attributes {
  const { recorded, costUsd } = usage;
  return {
    ...(isAllRecorded(usage) ? {} : tokenAttributes(usage, output)),
    [dad.usageRecordedCalls]: recorded?.calls,
    [dad.usageRecordedInputTokens]: recorded?.inputTokens,
    [dad.usageRecordedOutputTokens]: recorded?.outputTokens,
    [dad.costUsd]: costUsd ?? undefined,
  };
}

function tokenAttributes({ inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens }: Usage, output: boolean): Attributes {
  return {
    [genAi.usageInputTokens]: inputTokens,
    ...(output ? { [genAi.usageOutputTokens]: outputTokens } : {}),
    [genAi.usageCacheReadInputTokens]: cachedInputTokens,
    [genAi.usageCacheWriteInputTokens]: cacheWriteTokens,
    [genAi.usageReasoningOutputTokens]: reasoningTokens,
  };
}

/** Which budget has refused a call, and how it stood. */
export function budgetAttributes(error: unknown): Attributes {
  if (!DadError.is(error, "BUDGET_EXHAUSTED")) return {};
  const { scope, unit, limit, spent } = error.details;
  const told = { [dad.budgetScope]: scope, [dad.budgetUnit]: unit, [dad.budgetLimit]: limit, [dad.budgetSpent]: spent };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => typeof value === "string" || typeof value === "number")) as Attributes;
}
