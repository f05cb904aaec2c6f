/**
 * Walks a definition in a run context.
 *
 * @packageDocumentation
 */
export { checkDefinition } from "./check-definition.ts";
export { agentRunner, type ComponentRunner, flowRunner, type RunnerOptions } from "./component-runner.ts";
export { ArtifactExistsError, NodeFailedError, NodeOutputError, NodeSettingsError, StaticInputError } from "./errors.ts";
export { resolveStaticInputs } from "./resolve-static-inputs.ts";
