/**
 * Which models, secrets and endpoints a run may use, by profile.
 *
 * @packageDocumentation
 */
export {
  BudgetExhaustedError,
  ModelError,
  type ModelErrorCode,
  PriceUnknownError,
  ProfileUnknownError,
  ResourceUnknownError,
  ScriptUnusedError,
  TapeUnreadableError,
  ToolSourceError,
} from "./errors.ts";
export type {
  CallOptions,
  Embedding,
  GenerateOptions,
  ModelCapabilities,
  ModelCapability,
  ModelExchange,
  ModelFilePart,
  ModelFinishReason,
  ModelMessage,
  ModelMeter,
  ModelOutputSpec,
  ModelPiece,
  ModelPrice,
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
  ModelTrouble,
  ModelUserPart,
  Reservation,
  UsageEstimate,
} from "./model-resource.ts";
export type {
  CallLimits,
  CallPolicies,
  CallRetry,
  ModelDefinition,
  ProfileDefinition,
  ProviderDefinition,
  SecretReference,
  ToolServerDefinition,
} from "./profile-definition.ts";
export type { MakeModel, MakerAccess, MakeTools, ModelToMake, ResourceMakers } from "./resource-makers.ts";
export type {
  ModelQuery,
  ResourceBudget,
  ResourceKind,
  ResourceKinds,
  ResourceNeed,
  ResourceProfile,
  ResourceRegistry,
  RunOfResources,
} from "./resource-registry.ts";
export { filesOf, messageOfReply, partsOf, type StructuredOptions, toolCallsOf, withStructured } from "./reply.ts";
export type { OpenToolSource, SourcedTool, ToolOptions, ToolReply, ToolSource } from "./tool-source.ts";
