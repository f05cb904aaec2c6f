import { type ComponentDefinition, isBlock, type NodeDefinition, walk } from "@dad/agent";

/** Every node and component of a definition by its path, in the order in which they are written. Iterations are `iter_*`. */
export interface DefinitionIndex {
  readonly nodes: ReadonlyMap<string, NodeDefinition>;
  readonly components: ReadonlyMap<string, ComponentDefinition>;
}

export function indexDefinition(root: ComponentDefinition): DefinitionIndex {
  const nodes = new Map<string, NodeDefinition>();
  const components = new Map<string, ComponentDefinition>();
  for (const { path, definition } of walk(root)) {
    if (definition.kind === "node") nodes.set(path, definition);
    else if (!isBlock(definition)) components.set(path, definition);
  }
  return { nodes, components };
}
