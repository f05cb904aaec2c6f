/**
 * Which models, secrets and endpoints a run may use, by profile.
 *
 * @packageDocumentation
 */
export { ModelError, type ModelErrorCode, ProfileUnknownError, ResourceUnknownError } from "./errors.ts";
export type { ModelCapabilities, ModelMessage, ModelOutputSpec, ModelRequest, ModelResource, ModelResponse, ModelSettings } from "./model-resource.ts";
export type { ResourceKind, ResourceKinds, ResourceProfile, ResourceRegistry } from "./resource-registry.ts";
