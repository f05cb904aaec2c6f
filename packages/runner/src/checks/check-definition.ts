import { type ComponentDefinition, DefinitionError, placedElements } from "@dad/agent";
import { definitionChecks } from "./definition-checks.ts";

/**
 * Finds what would go wrong before anything runs: templates that do not parse, references to nodes, their members or
 * variables that are not there, settings that do not fit, and places in the run directory that cannot be a node's.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) that lists all problems, each with its path.
 */
export function checkDefinition(root: ComponentDefinition): void {
  const empty = `it has no elements; each call, such as .node(…), gives a new definition: use what it gives`;
  const problems = root.elements.length === 0 ? [empty] : definitionChecks(placedElements(root));
  if (problems.length > 0)
    throw new DefinitionError(`${root.kind} "${root.id}" cannot run:\n${problems.map((problem) => `  ${problem}`).join("\n")}`, { problems });
}
