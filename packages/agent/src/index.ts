/**
 * Definitions of agents, flows and nodes: pure data and functions, no I/O.
 *
 * @packageDocumentation
 */
export { assertDefinition } from "./assert-definition.ts";
export type {
  Bound,
  Caught,
  CaughtError,
  Condition,
  ConditionalOutput,
  ConditionalSpec,
  ForEachSpec,
  Items,
  Iteration,
  MapSpec,
  ParallelOutput,
  Round,
  SwitchOutput,
  SwitchSpec,
  TryOutput,
  TrySpec,
  Used,
  WhileSpec,
} from "./block-spec.ts";
export { agent, type Component, type ComponentOptions, flow, type NodeOptions } from "./component.ts";
export {
  type AgentDefinition,
  type Bindings,
  type BlockDefinition,
  type BlockKind,
  type Branch,
  branchesOf,
  type ComponentDefinition,
  type ComponentKind,
  type ConditionalDefinition,
  type Definition,
  type Element,
  EVERY_ITERATION,
  type FlowDefinition,
  type ForEachDefinition,
  isBlock,
  isDefinition,
  isLoop,
  iterationOf,
  iterationStep,
  type MapDefinition,
  type OutputsOf,
  type ParallelDefinition,
  type SwitchDefinition,
  type TryDefinition,
  type VariableDefinition,
  type WhileDefinition,
} from "./definition.ts";
export { definitionDigest } from "./definition-digest.ts";
export { expr } from "./expr.ts";
export { definitionGraph } from "./definition-graph.ts";
export { treeText } from "./definition-tree.ts";
export { elementNamed, namesBefore, type Reading } from "./element-named.ts";
export { DefinitionError } from "./errors.ts";
export { firstAnswer, type FirstAnswer, type NamedQuestion } from "./first-answer.ts";
export { fitted, misfit, outputMisfit, valueOfVariable } from "./fit.ts";
export { mermaidText } from "./mermaid.ts";
export type { ArtifactDraft, ArtifactFormat, ContentEntry, NodeContext, NodeOutcomeTree, OutputPiece } from "./node-context.ts";
export { defineNode, type Effect, type NodeDefinition, type NodeType, type NodeTypeSpec, type WorkspaceUse } from "./node-definition.ts";
export { NodePolicy, RetryPolicy } from "./node-policy.ts";
export { type PlacedElement, placedElements } from "./placed-element.ts";
export type { Bindable, Reference, ReferenceText } from "./reference.ts";
export type { Choice, Question } from "./question.ts";
export { RecordSettings, recordProblems } from "./record-settings.ts";
export { type GivenFor, variable, type ValuesOf, type Variable, type Variables } from "./variable.ts";
export { childrenOf, definitionAt, elementAt, elementsOf, type PlacedDefinition, walk } from "./walk.ts";
