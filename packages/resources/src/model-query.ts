import type { ModelResource } from "./model-resource.ts";
import type { ModelQuery } from "./resource-registry.ts";

/** Whether a model is what a query asks for, aliases aside. */
export function fitsQuery(one: ModelResource, { model = one.modelId, provider = one.provider, capabilities = [] }: ModelQuery): boolean {
  return model === one.modelId && provider === one.provider && capabilities.every((capability) => one.capabilities[capability]);
}

/** Whether a query asks for anything but aliases. */
export function asksForModels({ model, provider, capabilities = [] }: ModelQuery): boolean {
  return model !== undefined || provider !== undefined || capabilities.length > 0;
}
