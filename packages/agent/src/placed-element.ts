import { type ComponentDefinition, type Element, EVERY_ITERATION, iterationOf } from "./definition.ts";
import { elementsOf, type PlacedDefinition, walk } from "./walk.ts";

/** Something in a definition, with where it stands and what is said of it there. */
export interface PlacedElement extends PlacedDefinition {
  /** The last of its path. */
  readonly step: string;
  readonly parent: PlacedElement | undefined;
  readonly use: Use;
  /** How many stand before it in the order of the walk. */
  readonly order: number;
}

type Use = Partial<Pick<Element, "record" | "policy" | "bindings">>;

/** Everything in a definition by its path, in the order of `walk`. @throws DefinitionError as `walk` does. */
export function placedElements(root: ComponentDefinition): ReadonlyMap<string, PlacedElement> {
  const placed = new Map<string, PlacedElement>();
  const elementAt = elementsOf(root);
  for (const { path, definition } of walk(root)) {
    const cut = path.lastIndexOf(".");
    const parent = cut < 0 ? undefined : placed.get(path.slice(0, cut));
    placed.set(path, { path, definition, step: path.slice(cut + 1), parent, use: elementAt(path) ?? {}, order: placed.size });
  }
  return placed;
}

/** What stands below an element by its steps; the step of any iteration finds the body of its loop. */
export function elementBelow(from: PlacedElement, steps: readonly string[], placed: ReadonlyMap<string, PlacedElement>): PlacedElement | undefined {
  let at: PlacedElement | undefined = from;
  for (const step of steps) at = at && (placed.get(`${at.path}.${step}`) ?? iterationBelow(at, step, placed));
  return at;
}

function iterationBelow({ path }: PlacedElement, step: string, placed: ReadonlyMap<string, PlacedElement>): PlacedElement | undefined {
  return iterationOf(step) === undefined ? undefined : placed.get(`${path}.${EVERY_ITERATION}`);
}
