/**
 * Profiles that a program, or a file, has written down.
 *
 * @packageDocumentation
 */
export { priceOf } from "./static/price-of.ts";
export { chosenProvider, type ProviderChoice, type ProviderWish } from "./static/provider-preference.ts";
export { referencesOfProvider, referencesOfTools, secretReferences } from "./static/secret-references.ts";
export { staticResourceRegistry, type StaticResourceRegistryOptions } from "./static/static-registry.ts";
export { isModelDefinition, isToolServerDefinition, type ModelEntry, type ToolsEntry } from "./static/written-resources.ts";
