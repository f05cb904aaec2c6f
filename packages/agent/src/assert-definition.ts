import { type ComponentDefinition, isDefinition } from "./definition.ts";
import { DefinitionError } from "./errors.ts";
import { nameOfGiven } from "./given.ts";

/**
 * Keeps programs that are not type-checked from going on with something else than a definition.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) that says what was given instead.
 */
export function assertDefinition(value: unknown): asserts value is ComponentDefinition {
  if (isDefinition(value)) return;
  throw new DefinitionError(`an agent or a flow was expected, as agent("id") and flow("id") make them, and not ${nameOfGiven(value)}`);
}
