import { NodeId, NodePath } from "@dad/protocol";
import { branchesOf, type ComponentDefinition, type Definition, type Element, EVERY_ITERATION, isBlock, isLoop, iterationOf } from "./definition.ts";
import { DefinitionError } from "./errors.ts";

/** A definition, and where it stands in a run. */
export interface PlacedDefinition {
  /** Steps joined by dots. Below a loop it has `iter_*` for each of its iterations; without one, it is a node path. */
  readonly path: string;
  readonly definition: Definition;
}

/**
 * A definition and everything in it, in the order in which it is written: a component before its elements, a block before
 * its branches. The path of the root is its own id.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for what can have no path: nested too deeply, or with an id that is none or
 * that only differs in case from one beside it. What `agent` and `flow` made has no such ids; what a program wrote by hand may.
 */
export function* walk(definition: ComponentDefinition): Generator<PlacedDefinition, void, undefined> {
  yield* walkFrom(undefined, definition.id, definition);
}

function* walkFrom(parent: string | undefined, step: string, definition: Definition): Generator<PlacedDefinition, void, undefined> {
  const path = pathOf(parent, step);
  yield { path, definition };
  const seen = new Map<string, string>();
  for (const [inner, child] of childrenOf(definition)) {
    // File systems that ignore case would give both the same directory.
    const twin = seen.get(inner.toLowerCase());
    if (twin !== undefined) throw new DefinitionError(`${path} has the id "${twin}" already: give "${inner}" another name`, { id: inner });
    seen.set(inner.toLowerCase(), inner);
    yield* walkFrom(path, inner, child);
  }
}

/** What stands directly in a definition, by its step. A loop has one for all of its iterations: `iter_*`. */
export function childrenOf(definition: Definition): readonly (readonly [step: string, child: Definition])[] {
  if (definition.kind === "node") return [];
  if (isBlock(definition)) return branchesOf(definition).map(([step, { component }]) => [step, component]);
  return definition.elements.map((element) => [element.id, element.definition]);
}

function pathOf(parent: string | undefined, step: string): string {
  const path = parent === undefined ? step : `${parent}.${step}`;
  // The shortest of the paths that it stands for.
  const parsed = NodePath.safeParse(path.replaceAll(EVERY_ITERATION, "iter_0"));
  if (parsed.success) return path;
  const why = (step === EVERY_ITERATION ? undefined : NodeId.safeParse(step).error?.issues[0]?.message) ?? parsed.error.issues[0]?.message;
  throw new DefinitionError(`${JSON.stringify(step)} in ${parent ?? "the root"} can have no path: ${why}`, { parent: parent ?? null, id: step });
}

/** What stands at a path in a run of a definition, or `undefined`. Iterations are those of the path; `iter_*` is any. */
export function definitionAt(root: ComponentDefinition, path: string): Definition | undefined {
  return elementAt(root, path)?.definition;
}

/** The same with what belongs to its place: policies, record settings, what it is given for its variables. The root has none of that. */
export function elementAt(root: ComponentDefinition, path: string): Omit<Element, "id"> | undefined {
  return elementsOf(root)(path);
}

/** As `elementAt`, for whoever asks often: it takes each step the same small time, however many elements a component has. */
export function elementsOf(root: ComponentDefinition): (path: string) => Omit<Element, "id"> | undefined {
  const children = new Map<Definition, ReadonlyMap<string, Omit<Element, "id">>>();
  function childAt(definition: Definition, step: string): Omit<Element, "id"> | undefined {
    const named = isLoop(definition) && iterationOf(step) !== undefined ? EVERY_ITERATION : step;
    let found = children.get(definition);
    if (found === undefined) children.set(definition, (found = new Map(elementsIn(definition))));
    return found.get(named);
  }
  return (path) => {
    const [first, ...steps] = path.split(".");
    let at: Omit<Element, "id"> | undefined = first === root.id ? { definition: root } : undefined;
    for (const step of steps) at = at && childAt(at.definition, step);
    return at;
  };
}

function elementsIn(definition: Definition): (readonly [step: string, element: Omit<Element, "id">])[] {
  if (definition.kind === "node") return [];
  if (!isBlock(definition)) return definition.elements.map((element) => [element.id, element]);
  return branchesOf(definition).map(([step, { component, bindings }]) => [step, { definition: component, bindings }]);
}
