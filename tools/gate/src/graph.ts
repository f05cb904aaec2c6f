export type Graph = ReadonlyMap<string, readonly string[]>;

/** The cycles of a directed graph: its strongly connected components of more than one node, and nodes that point to themselves. */
export function cyclesOf(graph: Graph): string[][] {
  const state = { order: new Map<string, number>(), low: new Map<string, number>(), path: [] as string[], cycles: [] as string[][] };
  for (const node of graph.keys()) if (!state.order.has(node)) visit(node, graph, state);
  return state.cycles;
}

interface State {
  readonly order: Map<string, number>;
  readonly low: Map<string, number>;
  readonly path: string[];
  readonly cycles: string[][];
}

// Tarjan's algorithm.
function visit(node: string, graph: Graph, state: State): void {
  const { order, low, path } = state;
  order.set(node, order.size);
  low.set(node, order.size - 1);
  path.push(node);
  const lower = (value = Number.POSITIVE_INFINITY) => low.set(node, Math.min(low.get(node) ?? value, value));
  for (const next of graph.get(node) ?? []) {
    if (!order.has(next)) {
      visit(next, graph, state);
      lower(low.get(next));
    } else if (path.includes(next)) lower(order.get(next));
  }
  if (low.get(node) !== order.get(node)) return;
  const component = path.splice(path.indexOf(node));
  if (component.length > 1 || graph.get(node)?.includes(node)) state.cycles.push(component);
}
