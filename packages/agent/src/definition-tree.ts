import type { GraphElement } from "@dad/protocol";
import type { ComponentDefinition } from "./definition.ts";
import { definitionGraph } from "./definition-graph.ts";

/**
 * A definition as an indented tree for people: each element under its step, with what it is or does. Lines are separated by
 * line breaks, and hold nothing that would break one.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for what can have no path.
 */
export function treeText(definition: ComponentDefinition): string {
  const { elements } = definitionGraph(definition);
  const within = Map.groupBy(elements, ({ parent }) => parent);
  const below = (path: string | undefined, indent: string): string[] =>
    (within.get(path) ?? []).flatMap((element, at, siblings) => {
      const isLast = at === siblings.length - 1;
      const [branch, further] = path === undefined ? ["", ""] : isLast ? ["└─ ", "   "] : ["├─ ", "│  "];
      return [`${indent}${branch}${lineOf(element)}`, ...below(element.path, `${indent}${further}`)];
    });
  return below(undefined, "").join("\n");
}

function lineOf({ path, kind, label }: GraphElement): string {
  const step = path.slice(path.lastIndexOf(".") + 1);
  return kind === "agent" || kind === "flow" ? `${step} (${label})` : `${step}  ${label}`;
}
