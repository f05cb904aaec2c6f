import { branchesOf, type ComponentDefinition, type Element, isBlock } from "./definition.ts";
import type { Names } from "./element-ids.ts";

/** What references may mean at some place. */
export interface Surroundings {
  readonly elements: Pick<Names, "has">;
  readonly variables: Pick<Names, "has">;
}

/**
 * What in a component has the name of something around it, or `undefined`. References are names: one that was made for the outer
 * thing would mean the inner one.
 */
export function hiddenName(component: ComponentDefinition, { elements, variables }: Surroundings): string | undefined {
  const inner = elementsWithin(component);
  const element = inner.find(({ id }) => elements.has(id));
  if (element) return hidden("element", element.id);
  const variable = [...Object.keys(component.variables), ...inner.flatMap(variablesOf)].find((name) => variables.has(name));
  return variable === undefined ? undefined : hidden("variable", variable);
}

function hidden(what: string, name: string): string {
  return `has the ${what} "${name}" inside, and there is one of that name around it: a reference would mean the inner one. Give one of them another name`;
}

function elementsWithin(component: ComponentDefinition): readonly Element[] {
  return component.elements.flatMap((element) => {
    const { definition } = element;
    if (definition.kind === "node") return [element];
    const inner = isBlock(definition) ? branchesOf(definition).map(([, branch]) => branch.component) : [definition];
    return [element, ...inner.flatMap(elementsWithin)];
  });
}

/** The variables that an element gives to what is in it. */
function variablesOf({ definition }: Element): readonly string[] {
  if (definition.kind === "node") return [];
  if (!isBlock(definition)) return Object.keys(definition.variables);
  const { item, index, previous, error } = definition as Partial<Record<"item" | "index" | "previous" | "error", string>>;
  const own = [item, index, previous, error].filter((name) => name !== undefined);
  return [...own, ...branchesOf(definition).flatMap(([, { component }]) => Object.keys(component.variables))];
}
