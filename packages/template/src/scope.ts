import type { Json } from "@dad/protocol";

/** What a template may see. Reading it has no effect, and what it gives is data: it is never parsed. */
export interface Scope {
  variable(name: string): Json | undefined;
  /** The result of a node, by its path as it is written in `$hier{…}`. */
  node(path: string): Json | undefined;
  /** The names that `variable` knows, for suggestions. */
  variables(): Iterable<string>;
  /** The paths that `node` knows, for suggestions. */
  nodes(): Iterable<string>;
}

/** A scope of fixed values. */
export function scopeOf(variables: Readonly<Record<string, Json>>, nodes: Readonly<Record<string, Json>> = {}): Scope {
  return Object.freeze({
    variable: (name: string) => own(variables, name),
    node: (path: string) => own(nodes, path),
    variables: () => Object.keys(variables),
    nodes: () => Object.keys(nodes),
  });
}

/** A member of the object itself: what it inherits is not data. */
export function own(object: Readonly<Record<string, Json>>, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
