import { type BlockDefinition, type Branch, type ComponentDefinition, type Definition, isBlock, type NodeType } from "@dad/agent";

/** The same definition with other node types in the place of its own. */
export function withNodeTypes(root: ComponentDefinition, typeFor: (nodeType: NodeType) => NodeType): ComponentDefinition {
  const component = (given: ComponentDefinition): ComponentDefinition => ({
    ...given,
    elements: given.elements.map((element) => ({ ...element, definition: changed(element.definition) })),
  });
  const branch = (given: Branch): Branch => ({ ...given, component: component(given.component) });

  function changed(definition: Definition): Definition {
    if (definition.kind === "node") return { ...definition, nodeType: typeFor(definition.nodeType) };
    return isBlock(definition) ? withBranches(definition, branch) : component(definition);
  }
  return component(root);
}

function withBranches(block: BlockDefinition, change: (branch: Branch) => Branch): BlockDefinition {
  switch (block.kind) {
    case "conditional":
      return { ...block, isTrue: change(block.isTrue), isFalse: block.isFalse && change(block.isFalse) };
    case "switch":
      return { ...block, cases: eachOf(block.cases, change), otherwise: block.otherwise && change(block.otherwise) };
    case "parallel":
      return { ...block, branches: eachOf(block.branches, change) };
    case "try":
      return {
        ...block,
        body: change(block.body),
        handler: block.handler && change(block.handler),
        cleanup: block.cleanup && change(block.cleanup),
      };
    default:
      return { ...block, body: change(block.body) };
  }
}

function eachOf(branches: Readonly<Record<string, Branch>>, change: (branch: Branch) => Branch): Readonly<Record<string, Branch>> {
  return Object.fromEntries(Object.entries(branches).map(([name, branch]) => [name, change(branch)]));
}
