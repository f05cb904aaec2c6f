import { ATTRIBUTES, type KeptTelemetry, OPERATIONS, type RecordedSpan } from "@dad/observability";
import { NO_USAGE, type Usage } from "@dad/protocol";
import { addSample, type SamplesByKey } from "./sample.ts";

const { genAi, dad, error } = ATTRIBUTES;

/** What a model does when it is called. */
const CALLS: ReadonlySet<unknown> = new Set([OPERATIONS.chat, OPERATIONS.embeddings]);

/** Calls of models, as the traces of a run tell them: the only record that knows the model of each. */
export function addCallSamples(telemetry: KeptTelemetry | undefined, into: SamplesByKey): void {
  for (const span of telemetry?.spans ?? []) {
    if (!CALLS.has(span.attributes[genAi.operationName])) continue;
    const failed = error.type in span.attributes;
    const durationMs = span.endTime - span.startTime;
    addSample(into, modelOf(span), { start: span.startTime, end: failed ? "failed" : "completed", durationMs, usage: usageOf(span) });
  }
  for (const span of telemetry?.unfinished ?? []) {
    if (CALLS.has(span.attributes[genAi.operationName]))
      addSample(into, modelOf(span), { start: span.startTime, end: "open", durationMs: undefined, usage: NO_USAGE });
  }
}

function modelOf({ attributes }: Pick<RecordedSpan, "attributes">): string {
  const text = (name: string): string => {
    const value = attributes[name];
    return typeof value === "string" ? value : "unknown";
  };
  return `${text(genAi.providerName)}/${text(genAi.requestModel)}`;
}

/** A call that came from a recording was paid for once, by who recorded it. */
function usageOf({ attributes }: RecordedSpan): Usage {
  const number = (name: string): number => {
    const value = attributes[name];
    return typeof value === "number" ? value : 0;
  };
  const recorded = {
    calls: number(dad.usageRecordedCalls),
    inputTokens: number(dad.usageRecordedInputTokens),
    outputTokens: number(dad.usageRecordedOutputTokens),
  };
  const inputTokens = number(genAi.usageInputTokens);
  const outputTokens = number(genAi.usageOutputTokens);
  const cost = attributes[dad.costUsd];
  const isFree = inputTokens + outputTokens === 0;
  return {
    inputTokens,
    outputTokens,
    costUsd: typeof cost === "number" ? cost : isFree ? 0 : null,
    ...(recorded.calls > 0 ? { recorded } : {}),
  };
}
