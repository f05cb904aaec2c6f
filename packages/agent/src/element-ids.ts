/** Names by which something can be referred to. */
export interface Names {
  has(name: string): boolean;
  /** In the order in which they were written. */
  all(): readonly string[];
}

/** The ids of the elements of a component. Immutable. */
export interface ElementIds extends Names {
  /** The id that a new one could not be told from where names have no case. */
  twin(id: string): string | undefined;
  with(id: string): ElementIds;
}

export function noIds(): ElementIds {
  return line({ ids: [], positions: new Map() }, 0);
}

interface Table {
  readonly ids: string[];
  /** By the id in small letters. */
  readonly positions: Map<string, number>;
}

/**
 * The first ids of a table. A component and what is made of it by adding share one, so that adding takes the same time however
 * many there are. Each sees the beginning that is its own; a second one that adds at the same place copies that first.
 */
function line(table: Table, length: number): ElementIds {
  function twin(id: string): string | undefined {
    const position = table.positions.get(id.toLowerCase());
    return position !== undefined && position < length ? table.ids[position] : undefined;
  }
  return {
    twin,
    has: (id) => twin(id) === id,
    all: () => table.ids.slice(0, length),
    with(id) {
      const own = table.ids.length === length ? table : tableOf(table.ids.slice(0, length));
      own.positions.set(id.toLowerCase(), length);
      own.ids.push(id);
      return line(own, length + 1);
    },
  };
}

function tableOf(ids: string[]): Table {
  return { ids, positions: new Map(ids.map((id, position) => [id.toLowerCase(), position])) };
}
