import { type Digest, digestOfJson, type Json } from "@dad/protocol";
import type { ComponentDefinition, Element } from "./component-definition.ts";

/**
 * Names what a definition does: the same for equal definitions on every machine, and another one when
 * an id, a kind, the order, a node type or its version, a setting or a variable differs. Descriptions
 * and record settings do not count.
 */
export function definitionDigest(definition: ComponentDefinition): Digest {
  return digestOfJson(identityOf(definition));
}

function identityOf(definition: Element["definition"]): Json {
  if (definition.kind === "node") {
    const { nodeType, settings } = definition;
    return { kind: "node", type: nodeType.type, version: nodeType.version, settings };
  }
  const elements = definition.elements.map((element) => ({ id: element.id, definition: identityOf(element.definition) }));
  return { kind: definition.kind, id: definition.id, variables: definition.variables, elements };
}
