/**
 * Definitions of agents, flows and nodes: pure data and functions, no I/O.
 *
 * @packageDocumentation
 */
export { assertDefinition, isDefinition } from "./assert-definition.ts";
export {
  agent,
  type AgentDefinition,
  type Component,
  type ComponentDefinition,
  type ComponentKind,
  type ComponentOptions,
  type Element,
  flow,
  type FlowDefinition,
  type NodeOptions,
  type OutputsOf,
  type Variables,
} from "./component-definition.ts";
export { definitionDigest } from "./definition-digest.ts";
export { DefinitionError } from "./errors.ts";
export type { ArtifactDraft, ArtifactFormat, NodeContext, NodeOutcomeTree, OutputPiece } from "./node-context.ts";
export { defineNode, type Effect, type NodeDefinition, type NodeType, type NodeTypeSpec } from "./node-definition.ts";
export type { Bindable, Reference, ReferenceText } from "./reference.ts";
export { RecordSettings, recordProblems } from "./record-settings.ts";
export { type PlacedDefinition, walk } from "./walk.ts";
