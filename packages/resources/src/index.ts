/**
 * Which models, secrets and endpoints a run may use, by profile.
 *
 * @packageDocumentation
 */
export { ModelError, type ModelErrorCode, ProfileUnknownError, ResourceUnknownError, TapeUnreadableError } from "./errors.ts";
export type {
  ModelCapabilities,
  ModelExchange,
  ModelFinishReason,
  ModelMessage,
  ModelOutputSpec,
  ModelRequest,
  ModelResource,
  ModelResponse,
  ModelSettings,
  ModelTape,
} from "./model-resource.ts";
export type { ProfileDefinition } from "./profile-definition.ts";
export type { ResourceKind, ResourceKinds, ResourceProfile, ResourceRegistry } from "./resource-registry.ts";
export { structuredReply } from "./structured-reply.ts";
