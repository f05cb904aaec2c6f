import type { ModelExchange } from "@dad/protocol";
import { modelFacts } from "../model-facts.ts";
import type { ModelResource } from "../model-resource.ts";

/**
 * The same model, and each exchange that succeeded is handed to `onEntry` before the caller has the reply. What
 * `onEntry` throws fails the call: a recording with a hole would be worse.
 *
 * The usage is on the tape as the reply says it. Prompts and replies are on the tape as they were, so look at it before you share it.
 */
export function recordingModel(model: ModelResource, onEntry: (entry: ModelExchange) => void | Promise<void>): ModelResource {
  return {
    ...modelFacts(model),
    async generate(request, options) {
      const asked = structuredClone(request);
      const response = await model.generate(request, options);
      await onEntry({ request: asked, response: structuredClone(response) });
      return response;
    },
  };
}
