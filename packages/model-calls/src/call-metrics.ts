import { type Attributes, ATTRIBUTES, counterOf, histogramOf, METRICS, type Observability } from "@dad/observability";
import { isAllRecorded, type Usage } from "@dad/protocol";
import { knownAttributes } from "./known-attributes.ts";

const { genAi, error: errors } = ATTRIBUTES;

/** What is measured of a call once it is over. */
export interface MeasuredCall {
  /** Which model was asked. */
  readonly model: Attributes;
  readonly seconds: number;
  /** `undefined`: nobody knows. */
  readonly usage: Usage | undefined;
  /** Of a call that failed. */
  readonly errorType?: string;
  readonly responseModel?: string;
  /** What the tokens are of, as far as that is known. */
  readonly modality: { readonly input: "text" | "unknown"; readonly output: "text" | "unknown" };
}

/** A call that a recording replied to is none: of it, only that is counted. */
export function measureCall(meter: Observability["meter"], call: MeasuredCall): void {
  const { usage, seconds, errorType, responseModel } = call;
  const model = knownAttributes(call.model);
  const recorded = usage?.recorded;
  if (recorded) {
    counterOf(meter, METRICS.recordedCalls).add(recorded.calls, model);
    counterOf(meter, METRICS.recordedInputTokens).add(recorded.inputTokens, model);
    counterOf(meter, METRICS.recordedOutputTokens).add(recorded.outputTokens, model);
  }
  if (usage && isAllRecorded(usage)) return;
  const asked = knownAttributes({ ...model, [genAi.responseModel]: responseModel });
  const ended = knownAttributes({ ...asked, [errors.type]: errorType });
  histogramOf(meter, METRICS.operationDuration).record(seconds, ended);
  histogramOf(meter, METRICS.operationInputTokens).record(usage?.inputTokens ?? 0, ended);
  histogramOf(meter, METRICS.operationOutputTokens).record(usage?.outputTokens ?? 0, ended);
  countTokens(meter, asked, call);
  // What is not known is not free.
  if (usage?.costUsd) counterOf(meter, METRICS.cost).add(usage.costUsd, asked);
}

function countTokens(meter: Observability["meter"], model: Attributes, { usage, modality }: MeasuredCall): void {
  const input = { ...model, [genAi.tokenModality]: usage ? modality.input : "unknown" };
  const output = { ...model, [genAi.tokenModality]: usage ? modality.output : "unknown" };
  counterOf(meter, METRICS.inputTokens).add(usage?.inputTokens ?? 0, input);
  counterOf(meter, METRICS.outputTokens).add(usage?.outputTokens ?? 0, output);
  if (usage?.cachedInputTokens !== undefined) counterOf(meter, METRICS.cacheReadTokens).add(usage.cachedInputTokens, input);
  if (usage?.cacheWriteTokens !== undefined) counterOf(meter, METRICS.cacheWriteTokens).add(usage.cacheWriteTokens, input);
  if (usage?.reasoningTokens !== undefined) counterOf(meter, METRICS.reasoningTokens).add(usage.reasoningTokens, output);
}

/** How the pieces of a reply come, in seconds. */
export interface MeasuredPieces {
  /** From when it was asked for. */
  readonly first: number;
  /** Each from the one before. */
  readonly others: readonly number[];
}

export function measurePieces(meter: Observability["meter"], attributes: Attributes, { first, others }: MeasuredPieces): void {
  const model = knownAttributes(attributes);
  histogramOf(meter, METRICS.timeToFirstChunk).record(first, model);
  const perChunk = histogramOf(meter, METRICS.timePerOutputChunk);
  for (const seconds of others) perChunk.record(seconds, model);
}
