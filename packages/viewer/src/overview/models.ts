import type { Json, ReportRun } from "@dad/protocol";

/** What the calls of one model were, as their spans say. */
export interface ModelUse {
  readonly model: string;
  readonly provider: string;
  calls: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  /** What recordings say, for which nobody was called. */
  recordedTokens: number;
  durationMs: number;
  costUsd: number;
}

/** All models that the run called, the one that was called the most first. */
export function modelUses({ spans }: Pick<ReportRun, "spans">): readonly ModelUse[] {
  const uses = new Map<string, ModelUse>();
  for (const { attributes, start, end, status } of spans) {
    if (!CALLS.has(textOf(attributes["gen_ai.operation.name"]))) continue;
    const model = textOf(attributes["gen_ai.request.model"]);
    const provider = textOf(attributes["gen_ai.provider.name"]);
    const key = JSON.stringify([provider, model]);
    const use = uses.get(key) ?? {
      model,
      provider,
      calls: 0,
      failed: 0,
      inputTokens: 0,
      outputTokens: 0,
      recordedTokens: 0,
      durationMs: 0,
      costUsd: 0,
    };
    use.calls += 1;
    use.failed += status === "error" ? 1 : 0;
    use.inputTokens += numberOf(attributes["gen_ai.usage.input_tokens"]);
    use.outputTokens += numberOf(attributes["gen_ai.usage.output_tokens"]);
    use.recordedTokens += numberOf(attributes["dad.usage.recorded.input_tokens"]) + numberOf(attributes["dad.usage.recorded.output_tokens"]);
    use.costUsd += numberOf(attributes["dad.cost.usd"]);
    use.durationMs += end === null ? 0 : end - start;
    uses.set(key, use);
  }
  return [...uses.values()].sort((left, right) => right.calls - left.calls);
}

const CALLS: ReadonlySet<string> = new Set(["chat", "embeddings"]);

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
