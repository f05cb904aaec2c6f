import type { KeptTelemetry, RecordedSpan } from "@dad/observability";
import { NO_USAGE, type Usage } from "@dad/protocol";
import { addSample, type SamplesByKey } from "./sample.ts";

/** What a model does when it is called, by the OpenTelemetry conventions. */
const CALLS: ReadonlySet<unknown> = new Set(["chat", "embeddings", "generate_content", "text_completion"]);

/** Calls of models, as the traces of a run tell them: the only record that knows the model of each. */
export function addCallSamples(telemetry: KeptTelemetry | undefined, into: SamplesByKey): void {
  for (const span of telemetry?.spans ?? []) {
    if (!CALLS.has(span.attributes["gen_ai.operation.name"])) continue;
    const failed = "error.type" in span.attributes;
    const durationMs = span.endTime - span.startTime;
    addSample(into, modelOf(span), { start: span.startTime, end: failed ? "failed" : "completed", durationMs, usage: usageOf(span) });
  }
  for (const span of telemetry?.unfinished ?? []) {
    if (CALLS.has(span.attributes["gen_ai.operation.name"]))
      addSample(into, modelOf(span), { start: span.startTime, end: "open", durationMs: undefined, usage: NO_USAGE });
  }
}

function modelOf({ attributes }: Pick<RecordedSpan, "attributes">): string {
  return `${String(attributes["gen_ai.provider.name"] ?? "unknown")}/${String(attributes["gen_ai.request.model"] ?? "unknown")}`;
}

/** A call that came from a recording was paid for once, by who recorded it. */
function usageOf({ attributes }: RecordedSpan): Usage {
  const number = (name: string): number => {
    const value = attributes[name];
    return typeof value === "number" ? value : 0;
  };
  const recorded = {
    calls: number("dad.usage.recorded.calls"),
    inputTokens: number("dad.usage.recorded.input_tokens"),
    outputTokens: number("dad.usage.recorded.output_tokens"),
  };
  const inputTokens = number("gen_ai.usage.input_tokens");
  const outputTokens = number("gen_ai.usage.output_tokens");
  const cost = attributes["dad.cost.usd"];
  const isFree = inputTokens + outputTokens === 0;
  return {
    inputTokens,
    outputTokens,
    costUsd: typeof cost === "number" ? cost : isFree ? 0 : null,
    ...(recorded.calls > 0 ? { recorded } : {}),
  };
}
