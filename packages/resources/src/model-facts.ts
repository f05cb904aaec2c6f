import type { ModelResource } from "./model-resource.ts";

/** What a model says of itself: all but its calls. A model may be a class, whose members a spread would lose. */
export function modelFacts(model: ModelResource): Omit<ModelResource, "generate" | "embed"> {
  const { provider, modelId, capabilities, identity, price, metered, maxOutputTokens } = model;
  return {
    provider,
    modelId,
    capabilities,
    ...(identity !== undefined && { identity }),
    ...(price && { price }),
    ...(metered !== undefined && { metered }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  };
}
