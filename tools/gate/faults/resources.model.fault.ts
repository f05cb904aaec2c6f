// Fault: a recorded model that is asked for the impossible answers with an empty text.
// Noticed by: fails with the codes of its kind
import { recordedModel } from "@dad/resources/recorded";
import { modelResourceContract, type SubjectExchange } from "@dad/resources/testing";
import type { ModelResource } from "@dad/resources";

const usage = { inputTokens: 1, outputTokens: 1, costUsd: 0 };

function inventiveModel(exchanges: readonly SubjectExchange[]): ModelResource {
  const entries = exchanges.map(({ request, text, content }) => ({
    request,
    response: {
      text,
      usage,
      modelId: "recorded",
      ...(content ? { content, finishReason: "tool-calls" as const } : { finishReason: "stop" as const }),
    },
  }));
  const model = recordedModel({ tape: { format: "dad.tape/1", entries } });
  const nothing = { text: "", finishReason: "stop" as const, usage, modelId: "recorded" };
  return {
    ...model,
    generate: (request, options) =>
      model.generate(request, options).catch((error: unknown) => (options?.signal?.aborted ? Promise.reject(error) : nothing)),
  };
}

modelResourceContract("a model that invents what was not recorded", {
  replying: inventiveModel,
  failing: () => inventiveModel([]),
});
