/** The resources of one kind. */
export interface Shelf<Resource> {
  /** Sorted. */
  readonly ids: readonly string[];
  get(id: string): Resource | undefined;
}

/** Resources that are made anew whenever somebody asks. */
export function shelfOf<Definition, Resource>(
  definitions: Readonly<Record<string, Definition>>,
  make: (definition: Definition, id: string) => Resource,
): Shelf<Resource> {
  const all = new Map(Object.entries(definitions));
  return {
    ids: Object.freeze([...all.keys()].sort()),
    get: (id) => (all.has(id) ? make(all.get(id) as Definition, id) : undefined),
  };
}

/** Resources that are made when they are first asked for, and once. What could not be made is tried again. */
export function lazyShelf<Definition, Resource>(
  definitions: Readonly<Record<string, Definition>>,
  make: (definition: Definition, id: string) => Resource,
): Shelf<Resource> {
  const made = new Map<string, Resource>();
  return shelfOf(definitions, (definition, id) => {
    const there = made.get(id);
    if (there !== undefined) return there;
    const resource = make(definition, id);
    made.set(id, resource);
    return resource;
  });
}
