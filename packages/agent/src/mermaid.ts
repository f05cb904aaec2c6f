import type { DefinitionGraph, GraphEdge, GraphElement } from "@dad/protocol";
import type { ComponentDefinition } from "./definition.ts";
import { definitionGraph } from "./definition-graph.ts";

/**
 * A definition as a Mermaid flowchart: components and control flow are boxes around what stands in them, what reads what is
 * dotted. No text of a definition can be anything but a label in it.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for what can have no path.
 */
export function mermaidText(definition: ComponentDefinition): string {
  const graph = definitionGraph(definition);
  const chart: Chart = { ids: idsOf(graph), within: Map.groupBy(graph.elements, ({ parent }) => parent) };
  const boxes = (chart.within.get(undefined) ?? []).flatMap((root) => elementLines(root, chart));
  const arrows = graph.edges.map((edge) => arrowLine(edge, chart));
  return ["flowchart TD", ...indented([...boxes, ...arrows])].join("\n");
}

interface Chart {
  readonly ids: ReadonlyMap<string, Ids>;
  readonly within: ReadonlyMap<string | undefined, readonly GraphElement[]>;
}

interface Ids {
  readonly element: string;
  /** Of control flow: what decides. It stands in its box, beside the branches. */
  readonly decision: string | undefined;
}

/** Ids are made of paths, so that one change of a definition changes few of them. */
function idsOf({ elements }: DefinitionGraph): ReadonlyMap<string, Ids> {
  const taken = new Set<string>();
  const unique = (text: string): string => {
    // With something before it, no id is a word of the language.
    const wanted = `n_${text.replaceAll(/[^A-Za-z0-9]+/g, "_")}`;
    let id = wanted;
    for (let count = 2; taken.has(id); count++) id = `${wanted}_${count}`;
    taken.add(id);
    return id;
  };
  return new Map(
    elements.map(({ path, decides }) => [path, { element: unique(path), decision: decides === undefined ? undefined : unique(`${path} decides`) }]),
  );
}

function elementLines(element: GraphElement, chart: Chart): string[] {
  const { path, kind, label } = element;
  const { element: id, decision } = chart.ids.get(path) ?? { element: "", decision: undefined };
  const step = path.slice(path.lastIndexOf(".") + 1);
  const inner = (chart.within.get(path) ?? []).flatMap((child) => elementLines(child, chart));
  if (kind === "node") return [`${id}["${escaped(step)}<br/>${escaped(label)}"]`];
  const isComponent = kind === "agent" || kind === "flow";
  const title = `["${escaped(isComponent ? `${step} (${label})` : step)}"]`;
  // A box without anything in it is none.
  if (isComponent && inner.length === 0) return [`${id}${title}`];
  const decides = decision === undefined ? [] : [`${decision}${decisionShape(kind, escaped(label))}`];
  return [`subgraph ${id}${title}`, ...indented([...decides, ...inner]), "end"];
}

function decisionShape(kind: GraphElement["kind"], label: string): string {
  return kind === "conditional" || kind === "switch" ? `{"${label}"}` : `{{"${label}"}}`;
}

function arrowLine({ from, to, kind, label }: GraphEdge, { ids }: Chart): string {
  const [source, target] = [ids.get(from), ids.get(to)];
  const start = kind === "branch" ? (source?.decision ?? source?.element) : source?.element;
  const end = kind === "again" || kind === "data" ? (target?.decision ?? target?.element) : target?.element;
  const text = label ?? (kind === "next" || kind === "data" ? undefined : kind);
  const arrow = kind === "data" || kind === "error" ? "-.->" : "-->";
  return `${start} ${arrow}${text === undefined ? "" : `|"${escaped(text)}"|`} ${end}`;
}

/** Letters, digits and what means nothing to Mermaid stay; all else becomes the number of its character. */
function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} _.,()[\]{}$=+*/!?…-]/gu, (character) => `#${character.codePointAt(0)};`);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
