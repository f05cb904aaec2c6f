import { flow, type NodeContext } from "@dad/agent";
import { SpanKind } from "@dad/observability";
import { memoryObservability } from "@dad/observability/memory";
import type { ModelResource } from "@dad/resources";
import { describe, expect, it } from "vitest";
import { paidModel, portsWith } from "../testing-models.ts";
import { stage } from "../testing-run.ts";

const REQUEST = { messages: [{ role: "user", content: "SECRET" }] } as const;

/** A run of a node that does this with the model `m`. */
async function tracesOf(work: (model: ModelResource, context: NodeContext) => Promise<unknown>) {
  const observability = memoryObservability();
  const embed: ModelResource["embed"] = async (texts) => ({
    vectors: texts.map(() => [0, 1]),
    usage: { inputTokens: 3, outputTokens: 0, costUsd: 0.01 },
    modelId: "paid",
  });
  const { step, on, run } = stage({ ports: { ...portsWith({ ...paidModel().model, embed }), observability } });
  on("asks", async (context) => {
    await work(context.resources.get("model", "m"), context);
    return null;
  });
  await run(flow("main").node("asks", step({})));
  const { spans, metrics } = observability;
  const node = spans.find(({ attributes }) => attributes["dad.node.path"] === "main.asks" && attributes["dad.node.attempt"] === 1);
  return { metrics, calls: spans.filter(({ kind }) => kind === SpanKind.CLIENT), node };
}

describe("a call of a model that a node makes by itself", () => {
  it("is told as those of other nodes: beneath its attempt, with what it used and no word of what was said", async () => {
    const { calls, node, metrics } = await tracesOf(async (model) => {
      await model.generate(REQUEST);
      await model.embed?.(["SECRET"]);
    });
    expect(node).toBeDefined();
    expect(calls.map(({ name, parentSpanId, attributes }) => [name, parentSpanId, attributes["dad.node.path"], attributes["dad.cost.usd"]])).toEqual([
      ["chat paid", node?.spanId, "main.asks", 0.01],
      ["embeddings paid", node?.spanId, "main.asks", 0.01],
    ]);
    expect(JSON.stringify(calls)).not.toContain("SECRET");
    const durations = metrics.filter(({ name }) => name === "gen_ai.client.operation.duration");
    expect(durations.map(({ attributes }) => attributes["gen_ai.operation.name"])).toEqual(["chat", "embeddings"]);
  });

  it("is not told twice where the node does that", async () => {
    const { calls } = await tracesOf((model) => model.generate(REQUEST, { traced: true }));
    expect(calls).toEqual([]);
  });
});
