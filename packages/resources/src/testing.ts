/**
 * Contract suites for registries, models and sources of tools, and a clock for tests of policies.
 *
 * @packageDocumentation
 */
export { type FakeClock, fakeClock } from "./testing/fake-clock.ts";
export { modelResourceContract } from "./testing/model-resource-contract.ts";
export { lastUserText, type ModelResourceSubject, type SubjectExchange } from "./testing/model-resource-subject.ts";
export { resourceRegistryContract, type ResourceRegistrySubject } from "./testing/resource-registry-contract.ts";
export { toolSourceContract, type ToolSourceSubject } from "./testing/tool-source-contract.ts";
