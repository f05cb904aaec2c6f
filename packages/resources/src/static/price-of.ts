import type { ModelPrice } from "../model-resource.ts";
import type { ModelDefinition, ProfileDefinition } from "../profile-definition.ts";

/** What a model costs: by its own word, else by the prices of its profile, which know it as `provider/model` or by its name. */
export function priceOf({ price, model }: ModelDefinition, provider: string, { prices = {} }: ProfileDefinition): ModelPrice | undefined {
  if (price) return price;
  const key = [`${provider}/${model}`, model].find((name) => Object.hasOwn(prices, name));
  return key === undefined ? undefined : prices[key];
}
