import type { DefinitionGraph, GraphEdge, GraphElement, Json } from "@dad/protocol";
import { dataEdges } from "./data-edges.ts";
import { decisionsOf } from "./decisions.ts";
import { type BlockDefinition, branchesOf, type ComponentDefinition, isBlock, type VariableDefinition } from "./definition.ts";
import { definitionDigest } from "./definition-digest.ts";
import { labelOf } from "./graph-label.ts";
import { type PlacedElement, placedElements } from "./placed-element.ts";

/**
 * A definition as `dad.graph/1`: what stands in it, what comes after what, and what reads what. Also of a definition that
 * cannot run: what a template in it means is followed as far as it means something.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for what can have no path, as `walk` does.
 */
export function definitionGraph(definition: ComponentDefinition): DefinitionGraph {
  const placed = placedElements(definition);
  const elements = [...placed.values()];
  return {
    format: "dad.graph/1",
    digest: definitionDigest(definition),
    elements: elements.map(graphElement),
    edges: [...elements.flatMap(controlEdges), ...dataEdges(placed)],
  };
}

function graphElement(placed: PlacedElement): GraphElement {
  const { path, parent, definition, use } = placed;
  return {
    path,
    ...(parent === undefined ? {} : { parent: parent.path }),
    kind: definition.kind,
    label: labelOf(placed),
    ...(definition.kind === "node" ? { nodeType: definition.nodeType.type, effect: use.policy?.effect ?? definition.nodeType.effect } : {}),
    ...(use.policy === undefined ? {} : { policy: use.policy as Readonly<Record<string, Json>> }),
    ...(isBlock(definition) ? { decides: decisionsOf(definition) } : {}),
    ...("elements" in definition ? componentMembers(definition) : {}),
    ...(use.bindings === undefined || Object.keys(use.bindings).length === 0 ? {} : { gets: use.bindings }),
  };
}

function componentMembers({ id, description, variables }: ComponentDefinition): Partial<GraphElement> {
  return { name: id, ...(description === undefined ? {} : { description }), variables: Object.entries(variables).map(graphVariable) };
}

function graphVariable([name, { default: value }]: [string, VariableDefinition]): { name: string; required: boolean } {
  return { name, required: value === undefined };
}

function controlEdges({ path, definition }: PlacedElement): GraphEdge[] {
  if (definition.kind === "node") return [];
  if (isBlock(definition)) return blockEdges(path, definition);
  const paths = definition.elements.map(({ id }) => `${path}.${id}`);
  return paths.slice(1).map((to, at) => ({ from: paths[at] ?? path, to, kind: "next" }));
}

/** What the edge into a branch is called, where that is not its step. */
const BRANCH_LABELS: Readonly<Record<string, string>> = { is_true: "true", is_false: "false" };

function blockEdges(path: string, block: BlockDefinition): GraphEdge[] {
  const branches = branchesOf(block).map(([step]) => `${path}.${step}`);
  const into = (to: string, label: string): GraphEdge => ({ from: path, to, kind: "branch", label });
  switch (block.kind) {
    case "try":
      return tryEdges(path, branches);
    case "for_each":
    case "while":
      return branches.flatMap((body) => [into(body, "each"), { from: body, to: path, kind: "again" }]);
    case "map":
      return branches.map((body) => into(body, "each"));
    default:
      return branchesOf(block).map(([step]) => into(`${path}.${step}`, (block.kind === "conditional" && BRANCH_LABELS[step]) || step));
  }
}

function tryEdges(path: string, branches: readonly string[]): GraphEdge[] {
  const [body, handler, cleanup] = ["try", "catch", "finally"].map((step) => branches.find((branch) => branch === `${path}.${step}`));
  const edge = (from: string | undefined, to: string | undefined, kind: GraphEdge["kind"]): GraphEdge[] =>
    from === undefined || to === undefined ? [] : [{ from, to, kind, ...(kind === "branch" ? { label: "try" } : {}) }];
  return [...edge(path, body, "branch"), ...edge(body, handler, "error"), ...edge(body, cleanup, "finally"), ...edge(handler, cleanup, "finally")];
}
