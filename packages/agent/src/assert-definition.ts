import type { AgentDefinition, ComponentDefinition, FlowDefinition } from "./component-definition.ts";
import { DefinitionError } from "./errors.ts";
import { nameOfGiven } from "./given.ts";

/** True for what has the form of an agent or a flow. Cheap: it looks at no element. It may come from another copy of this package. */
export function isDefinition(value: unknown): value is AgentDefinition | FlowDefinition {
  if (typeof value !== "object" || value === null) return false;
  const { kind, id, elements } = value as Partial<ComponentDefinition>;
  return (kind === "agent" || kind === "flow") && typeof id === "string" && Array.isArray(elements);
}

/**
 * Keeps programs that are not type-checked from going on with something else than a definition.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) that says what was given instead.
 */
export function assertDefinition(value: unknown): asserts value is ComponentDefinition {
  if (isDefinition(value)) return;
  throw new DefinitionError(`an agent or a flow was expected, as agent("id") and flow("id") make them, and not ${nameOfGiven(value)}`);
}
