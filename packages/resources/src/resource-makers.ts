import type { MakerAccess } from "./maker-access.ts";
import type { ModelPrice, ModelResource } from "./model-resource.ts";
import type { ProviderDefinition, ToolServerDefinition } from "./profile-definition.ts";
import type { ToolSource } from "./tool-source.ts";

/** One model of one provider, to be made. Policies are around it, and are not its matter. */
export interface ModelToMake {
  /** A key of the `providers` of the profile, or the name of a provider package. */
  readonly provider: string;
  readonly model: string;
  readonly how: ProviderDefinition;
  readonly price?: ModelPrice | undefined;
  readonly maxOutputTokens?: number | undefined;
}

/**
 * Makes models out of data. Nothing is loaded or called before the model is used.
 *
 * Adapter: `aiSdkModels()` of `@dad/resources-ai-sdk`.
 */
export type MakeModel = (model: ModelToMake, access: MakerAccess) => ModelResource;

/**
 * Makes sources of tools out of data.
 *
 * Adapter: `mcpTools()` of `@dad/resources-mcp`.
 */
export type MakeTools = (server: ToolServerDefinition & { readonly name: string }, access: MakerAccess) => ToolSource;

/** What makes resources that a profile has as data. */
export interface ResourceMakers {
  readonly model?: MakeModel;
  readonly tools?: MakeTools;
}
