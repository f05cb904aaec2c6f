/**
 * Which models, secrets and endpoints a run may use, by profile.
 *
 * @packageDocumentation
 */
export { ModelError, type ModelErrorCode, ProfileUnknownError, ResourceUnknownError, ScriptUnusedError, TapeUnreadableError } from "./errors.ts";
export type {
  GenerateOptions,
  ModelCapabilities,
  ModelExchange,
  ModelFilePart,
  ModelFinishReason,
  ModelMessage,
  ModelOutputSpec,
  ModelPiece,
  ModelProviderData,
  ModelReasoningEffort,
  ModelReplyPart,
  ModelRequest,
  ModelResource,
  ModelResponse,
  ModelSettings,
  ModelTape,
  ModelTool,
  ModelToolCallPart,
  ModelToolChoice,
  ModelToolResultPart,
  ModelUserPart,
} from "./model-resource.ts";
export type { ProfileDefinition } from "./profile-definition.ts";
export type { ResourceKind, ResourceKinds, ResourceNeed, ResourceProfile, ResourceRegistry } from "./resource-registry.ts";
export { filesOf, messageOfReply, partsOf, type StructuredOptions, toolCallsOf, withStructured } from "./reply.ts";
