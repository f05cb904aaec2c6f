/**
 * Walks a definition in a run context.
 *
 * @packageDocumentation
 */
export { checkDefinition, resolveStaticInputs } from "./check-definition.ts";
export { agentRunner, type ComponentRunner, flowRunner, type RunnerOptions } from "./component-runner.ts";
export { ArtifactExistsError, NodeFailedError, NodeOutputError, NodeSettingsError, StaticInputError } from "./errors.ts";
