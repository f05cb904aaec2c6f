import { isBlock } from "./definition.ts";
import { elementBelow, type PlacedElement } from "./placed-element.ts";

/** Where something refers to something else: what refers, and all that there is. */
export interface Reading {
  readonly reader: PlacedElement;
  readonly placed: ReadonlyMap<string, PlacedElement>;
}

/**
 * What a name means in the templates of an element, as a run looks it up among what is over by then: the nearest component around
 * with an element of its first step decides; else it is a whole path, of something in one of the components around. One that runs
 * again and again has another path each time, so that nothing in it has a path that could be written down.
 */
export function elementNamed(name: string, reading: Reading): PlacedElement | undefined {
  const around = componentsAround(reading.reader);
  const [first = "", ...rest] = name.split(".");
  const near = around.map((component) => elementOver(component, first, reading)).find((element) => element !== undefined);
  const relative = near && elementBelow(near, rest, reading.placed);
  if (relative !== undefined) return relative;
  for (const component of around) {
    if (!name.startsWith(`${component.path}.`)) continue;
    const [step = "", ...below] = name.slice(component.path.length + 1).split(".");
    const over = elementOver(component, step, reading);
    const whole = over && elementBelow(over, below, reading.placed);
    if (whole !== undefined) return whole;
  }
  return undefined;
}

/** The ids by which the templates of an element can name others. */
export function namesBefore(reading: Reading): string[] {
  const ids = componentsAround(reading.reader).flatMap((component) =>
    component.definition.elements.map(({ id }) => id).filter((id) => elementOver(component, id, reading) !== undefined),
  );
  return [...new Set(ids)];
}

type PlacedComponent = PlacedElement & { readonly definition: Extract<PlacedElement["definition"], { readonly elements: unknown }> };

/** The nearest first. */
function componentsAround({ parent }: PlacedElement): readonly PlacedComponent[] {
  if (parent === undefined) return [];
  return isComponent(parent) ? [parent, ...componentsAround(parent)] : componentsAround(parent);
}

function isComponent(placed: PlacedElement): placed is PlacedComponent {
  return placed.definition.kind !== "node" && !isBlock(placed.definition);
}

/** An element of a component, if it is over when the reader begins. */
function elementOver(component: PlacedElement, id: string, { reader, placed }: Reading): PlacedElement | undefined {
  const element = placed.get(`${component.path}.${id}`);
  return element !== undefined && element.order < reader.order && !isWithin(reader, element) ? element : undefined;
}

function isWithin({ path }: PlacedElement, outer: PlacedElement): boolean {
  return path === outer.path || path.startsWith(`${outer.path}.`);
}
