import { type ComponentDefinition, type NodeDefinition, walk } from "@dad/agent";
import type { NodePath } from "@dad/protocol";

/** Every element of a definition by its path, in the order of execution. */
export interface DefinitionIndex {
  readonly nodes: ReadonlyMap<NodePath, NodeDefinition>;
  readonly components: ReadonlyMap<NodePath, ComponentDefinition>;
}

export function indexDefinition(root: ComponentDefinition): DefinitionIndex {
  const nodes = new Map<NodePath, NodeDefinition>();
  const components = new Map<NodePath, ComponentDefinition>();
  for (const { path, definition } of walk(root)) {
    if (definition.kind === "node") nodes.set(path, definition);
    else components.set(path, definition);
  }
  return { nodes, components };
}
