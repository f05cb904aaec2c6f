import { nameHint } from "@dad/protocol";
import type { ComponentDefinition, ComponentKind } from "./definition.ts";
import type { ElementIds, Names } from "./element-ids.ts";
import { DefinitionError } from "./errors.ts";
import type { Surroundings } from "./hidden-name.ts";
import { referenceTo, referenceToVariable } from "./reference.ts";

/** Where something is being added to a component. */
export interface Scene {
  readonly kind: ComponentKind;
  /** For messages: `"each" of flow "f"`. */
  readonly owner: string;
  /** The elements and the variables that references in it may mean. */
  readonly around: Surroundings;
  /** What the functions of a user are given: references to those. */
  readonly nodes: unknown;
  readonly variables: unknown;
}

/** The scene before the element of an id. Making it takes the same time however much there is in the component. */
export function sceneIn({ kind, id: name, variables: declared }: ComponentDefinition, elements: ElementIds, id: string): Scene {
  const place = `${kind} "${name}", before "${id}",`;
  const variables: Names = { has: (variable) => Object.hasOwn(declared, variable), all: () => Object.keys(declared) };
  return {
    kind,
    owner: `${JSON.stringify(id)} of ${kind} "${name}"`,
    around: { elements, variables },
    nodes: references(elements, { place, what: "element", make: referenceTo }),
    variables: references(variables, { place, what: "variable", make: referenceToVariable }),
  };
}

interface ReferenceKind {
  readonly place: string;
  readonly what: string;
  readonly make: (name: string) => unknown;
}

/** References by name, made when they are read. Programs that are not type-checked get an error for another name too, not `undefined`. */
function references(names: Names, { place, what, make }: ReferenceKind): Readonly<Record<string, unknown>> {
  const madeFor = (name: string | symbol): unknown => (typeof name === "string" && names.has(name) ? make(name) : undefined);
  return new Proxy<Record<string, unknown>>(
    {},
    {
      get(_target, name) {
        const reference = madeFor(name);
        if (reference !== undefined || typeof name === "symbol") return reference;
        throw new DefinitionError(`${place} has no ${what} "${name}" to refer to; ${nameHint(name, names.all())}`, { name });
      },
      set: () => false,
      has: (_target, name) => madeFor(name) !== undefined,
      ownKeys: () => [...names.all()],
      getOwnPropertyDescriptor(_target, name) {
        const value = madeFor(name);
        return value === undefined ? undefined : { value, enumerable: true, configurable: true };
      },
    },
  );
}
