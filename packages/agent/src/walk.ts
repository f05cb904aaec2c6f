import { type NodeId, NodePath } from "@dad/protocol";
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
 * @throws DefinitionError (`DEFINITION_INVALID`) for what can have no path: nested too deeply, or with an id that is none or
 * that only differs in case from one beside it. What `agent` and `flow` made has no such ids; what a program wrote by hand may.
 */
export function* walk(definition: ComponentDefinition): Generator<PlacedDefinition, void, undefined> {
  yield* walkFrom(undefined, definition.id, definition);
}

function* walkFrom(parent: NodePath | undefined, id: NodeId, definition: Element["definition"]): Generator<PlacedDefinition, void, undefined> {
  const path = pathOf(parent, id);
  yield { path, definition };
  if (definition.kind === "node") return;
  const seen = new Map<string, NodeId>();
  for (const element of definition.elements) {
    // File systems that ignore case would give both the same directory.
    const folded = String(element.id).toLowerCase();
    const twin = seen.get(folded);
    if (twin !== undefined) throw new DefinitionError(`${path} has the id "${twin}" already: give "${element.id}" another name`, { id: element.id });
    seen.set(folded, element.id);
    yield* walkFrom(path, element.id, element.definition);
  }
}

function pathOf(parent: NodePath | undefined, id: NodeId): NodePath {
  const parsed = NodePath.safeParse(parent === undefined ? id : `${parent}.${id}`);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues[0]?.message;
  throw new DefinitionError(`${JSON.stringify(id)} in ${parent ?? "the root"} can have no path: ${why}`, { parent: parent ?? null, id });
}
