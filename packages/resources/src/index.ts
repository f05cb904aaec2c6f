/**
 * Which models, secrets and endpoints a run may use, by profile.
 *
 * @packageDocumentation
 */
export {
  type Budget,
  budget,
  type BudgetLedger,
  type BudgetNews,
  type BudgetOptions,
  type BudgetRefusal,
  type BudgetWaiter,
} from "./budget/budget.ts";
export { charge, meterOf } from "./budget/meter-of.ts";
export {
  BudgetExhaustedError,
  type BudgetRefused,
  ModelError,
  type ModelErrorCode,
  PriceUnknownError,
  ProfileInvalidError,
  ProfileUnknownError,
  ProviderUnknownError,
  ResourceUnknownError,
  ScriptUnusedError,
  TapeUnreadableError,
  ToolSourceError,
} from "./errors.ts";
export { inheritanceProblem, inheritedProfile } from "./inherited-profile.ts";
export { isPlainObject, type MakerAccess, referenceIn, type SecretReference } from "./maker-access.ts";
export type { ModelMeter, Reservation, UsageEstimate } from "./model-meter.ts";
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
} from "./model-resource.ts";
export { overriding, type ResourceOverrides } from "./overriding.ts";
export type {
  CallLimits,
  CallPolicies,
  CallRetry,
  ModelDefinition,
  OtherResources,
  ProfileDefinition,
  ProviderDefinition,
  ToolServerDefinition,
} from "./profile-definition.ts";
export type { MakeModel, MakeTools, ModelToMake, ResourceMakers } from "./resource-makers.ts";
export type {
  ModelQuery,
  ResourceKind,
  ResourceKinds,
  ResourceNeed,
  ResourceProfile,
  ResourceRegistry,
  RunOfResources,
} from "./resource-registry.ts";
export { estimate, type EstimatedModel } from "./policies/estimate.ts";
export type { PolicyClock } from "./policies/policy-clock.ts";
export { knownUsage } from "./policies/spent.ts";
export { withMeter } from "./policies/surrounded.ts";
export { modelFacts } from "./model-facts.ts";
export { filesOf, messageOfReply, partsOf, type StructuredOptions, toolCallsOf, withStructured } from "./reply.ts";
export type { OpenToolSource, SourcedTool, ToolOptions, ToolProtocol, ToolReply, ToolSource } from "./tool-source.ts";
export { streamed, type StreamedPart } from "./streamed.ts";
