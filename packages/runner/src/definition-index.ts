import { type ComponentDefinition, type NodeDefinition, walk } from "@dad/agent";

/** Every node of a definition by its path, in the order in which they are written. Iterations are `iter_*`. */
export interface DefinitionIndex {
  readonly nodes: ReadonlyMap<string, NodeDefinition>;
}

export function indexDefinition(root: ComponentDefinition): DefinitionIndex {
  const nodes = new Map<string, NodeDefinition>();
  for (const { path, definition } of walk(root)) if (definition.kind === "node") nodes.set(path, definition);
  return { nodes };
}
