import { type ComponentDefinition, elementNamed, isBlock, type NodeDefinition, type PlacedElement, placedElements } from "@dad/agent";
import { type Preset, PRESETS } from "@dad/isolation";
import { DadError, isJsonObject, type Json } from "@dad/protocol";
import { mapStrings, parseTemplate, templateReferences } from "@dad/template";

/** A node that will run in isolation of its own, as far as that is written down. */
export interface IsolationNeed {
  readonly path: string;
  readonly preset: Preset;
}

type PlacedNode = PlacedElement & { readonly definition: NodeDefinition };

/**
 * The nodes that say what they are held to, and those that execute what reads the result of a model. What is read by way of variables
 * is known only when it runs.
 */
export function isolationNeeds(root: ComponentDefinition): readonly IsolationNeed[] {
  const placed = placedElements(root);
  const isUntrusted = untrustedIn(placed);
  return [...placed.values()].filter(isExecuting).flatMap((node) => {
    const read = referencesOf(node, node.definition.nodeType.executes?.(node.definition.settings) ?? null, placed);
    const presets = [...saidBy(node.definition.settings), ...(read.some(isUntrusted) ? (["contained"] as const) : [])];
    const preset = PRESETS.findLast((known) => presets.includes(known));
    return preset === undefined ? [] : [{ path: node.path, preset }];
  });
}

function isExecuting(element: PlacedElement): element is PlacedNode {
  return element.definition.kind === "node" && element.definition.nodeType.executes !== undefined;
}

function saidBy(settings: Json): readonly Preset[] {
  const said = isJsonObject(settings) ? settings["isolation"] : undefined;
  return PRESETS.filter((preset) => preset === said);
}

/** Whether what an element gives is made of what a model gave: by itself, by what is in it, or by what it reads. */
function untrustedIn(placed: ReadonlyMap<string, PlacedElement>): (element: PlacedElement) => boolean {
  const known = new Map<PlacedElement, boolean>();
  const look = (element: PlacedElement): boolean => {
    const { definition, path } = element;
    if (definition.kind !== "node") return [...placed.values()].some((below) => below.path.startsWith(`${path}.`) && isUntrusted(below));
    return definition.nodeType.untrusted || referencesOf(element, definition.settings, placed).some(isUntrusted);
  };
  const isUntrusted = (element: PlacedElement): boolean => {
    const before = known.get(element);
    if (before !== undefined) return before;
    // What reads itself, in a loop, is what all else makes it.
    known.set(element, false);
    const found = look(element);
    known.set(element, found);
    return found;
  };
  return isUntrusted;
}

/** The elements whose results templates read. What cannot be read is for the check of the definition to tell. */
function referencesOf(reader: PlacedElement, value: Json, placed: ReadonlyMap<string, PlacedElement>): readonly PlacedElement[] {
  if (isBlock(reader.definition)) return [];
  const found: PlacedElement[] = [];
  try {
    mapStrings(value, (text) => {
      for (const { kind, name } of templateReferences(parseTemplate(text))) {
        const named = kind === "node" ? elementNamed(name, { reader, placed }) : undefined;
        if (named) found.push(named);
      }
      return text;
    });
  } catch (error) {
    if (!DadError.is(error)) throw error;
  }
  return found;
}
