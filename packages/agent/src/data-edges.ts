import { DadError, type GraphEdge, type Json } from "@dad/protocol";
import { mapStrings, parseTemplate, type TemplateReference, templateReferences } from "@dad/template";
import { isBlock, iterationStep } from "./definition.ts";
import { decisionsOf } from "./decisions.ts";
import { elementNamed } from "./element-named.ts";
import { elementBelow, type PlacedElement } from "./placed-element.ts";

/** Which elements read what which others gave, as far as it is written down. What means nothing is left out. */
export function dataEdges(placed: ReadonlyMap<string, PlacedElement>): GraphEdge[] {
  return [...placed.values()].flatMap((reader) => {
    const read = referencesOf(reader).flatMap((reference) => edgeOf(reference, reader, placed) ?? []);
    return [...new Map(read.map((edge) => [`${edge.from}\n${edge.label ?? ""}`, edge])).values()];
  });
}

function referencesOf({ definition, use: { bindings, policy, record } }: PlacedElement): TemplateReference[] {
  const own = definition.kind === "node" ? definition.settings : isBlock(definition) ? decisionsOf(definition) : null;
  const { onFailure = null, idempotencyKey = null } = policy ?? {};
  return referencesIn([own, bindings ?? null, onFailure, idempotencyKey, (record as Json | undefined) ?? null]);
}

/** What cannot be read is for the check of the definition to tell. */
function referencesIn(value: Json): TemplateReference[] {
  const found: TemplateReference[] = [];
  try {
    mapStrings(value, (text) => {
      found.push(...referencesInText(text));
      return text;
    });
  } catch (error) {
    if (!DadError.is(error)) throw error;
  }
  return found.filter(({ kind }) => kind === "node");
}

function referencesInText(text: string): readonly TemplateReference[] {
  try {
    return templateReferences(parseTemplate(text));
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return [];
  }
}

function edgeOf({ name, accessors }: TemplateReference, reader: PlacedElement, placed: ReadonlyMap<string, PlacedElement>): GraphEdge | undefined {
  const named = elementNamed(name, { reader, placed });
  if (named === undefined) return undefined;
  let from = named;
  const rest = [...accessors];
  for (let [key] = rest; key !== undefined; [key] = rest) {
    const inner = elementBelow(from, [typeof key === "number" ? iterationStep(key) : key], placed);
    if (inner === undefined) break;
    from = inner;
    rest.shift();
  }
  const label = rest.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${key}`)).join("");
  return { from: from.path, to: reader.path, kind: "data", ...(label === "" ? {} : { label }) };
}
