/**
 * Contract suites for registries and models, and a model for unit tests.
 *
 * @packageDocumentation
 */
export { modelResourceContract, type ModelResourceSubject } from "./testing/model-resource-contract.ts";
export { resourceRegistryContract, type ResourceRegistrySubject } from "./testing/resource-registry-contract.ts";
export { type ScriptedModel, scriptedModel, type ScriptedReply } from "./testing/scripted-model.ts";
