import { type NodeId, type NodePath, nodePath } from "@dad/protocol";
import type { ComponentDefinition, Element } from "./component-definition.ts";
import { DefinitionError } from "./errors.ts";

/** A definition, and where it stands in a run. */
export interface PlacedDefinition {
  readonly path: NodePath;
  readonly definition: Element["definition"];
}

/**
 * A definition and everything in it, in the order in which it runs: a component before its elements.
 * The path of the root is its own id.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for what is nested too deeply to have a path.
 */
export function* walk(definition: ComponentDefinition): Generator<PlacedDefinition, void, undefined> {
  yield* walkFrom(undefined, definition.id, definition);
}

function* walkFrom(parent: NodePath | undefined, id: NodeId, definition: Element["definition"]): Generator<PlacedDefinition, void, undefined> {
  const path = pathOf(parent, id);
  yield { path, definition };
  if (definition.kind === "node") return;
  for (const element of definition.elements) yield* walkFrom(path, element.id, element.definition);
}

function pathOf(parent: NodePath | undefined, id: NodeId): NodePath {
  try {
    return nodePath(parent, id);
  } catch (cause) {
    throw new DefinitionError(`"${id}" in ${parent ?? "the root"} is nested too deeply to have a path`, { parent: parent ?? null, id }, { cause });
  }
}
