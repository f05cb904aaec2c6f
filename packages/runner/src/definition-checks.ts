import {
  type Bindings,
  type BlockDefinition,
  type Branch,
  branchesOf,
  type ComponentDefinition,
  type Definition,
  type Element,
  EVERY_ITERATION,
  fitted,
  isBlock,
  misfit,
  type NodeDefinition,
  outputMisfit,
  recordProblems,
} from "@dad/agent";
import { DadError, type Json, nameHint, NodePath } from "@dad/protocol";
import { mapStrings, parseTemplate, renderTemplate, scopeOf, templateReferences } from "@dad/template";
import type { RecordPlaces } from "./record-places.ts";
import { referenceProblem, type StaticFrame } from "./static-scope.ts";
import { BUILT_IN_VARIABLES } from "./templates.ts";

/** Everything that is wrong in a definition, each with its path. */
export function definitionChecks(root: ComponentDefinition, places: RecordPlaces): string[] {
  return checkComponent(root, { path: root.id, frame: undefined, places });
}

/** Where something stands, and what its templates may name. */
interface Spot {
  readonly path: string;
  readonly frame: StaticFrame | undefined;
  readonly places: RecordPlaces;
}

function checkComponent(component: ComponentDefinition, { path, frame: parent, places }: Spot): string[] {
  const elements = new Map<string, Definition>();
  const frame: StaticFrame = { path, variables: new Set(Object.keys(component.variables)), elements, parent };
  return component.elements.flatMap((element) => {
    const problems = checkElement(element, { path: `${path}.${element.id}`, frame, places });
    elements.set(element.id, element.definition);
    return problems;
  });
}

function checkElement(element: Element, spot: Spot): string[] {
  const { definition, bindings = {} } = element;
  if (definition.kind === "node") return checkNode(element, definition, spot);
  if (isBlock(definition)) return checkBlock(definition, spot);
  return [...checkBindings(definition, bindings, spot), ...checkComponent(definition, spot)];
}

function checkNode({ record, policy = {} }: Element, { settings, nodeType }: NodeDefinition, spot: Spot): string[] {
  const { onFailure, idempotencyKey } = policy;
  const fallback = typeof onFailure === "object" ? checkValue(onFailure.fallback, spot, (value) => outputMisfit(nodeType.output, value)) : [];
  return [
    ...checkValue(settings, spot, (value) => misfit(nodeType.settings, value)),
    ...checkRecord(record, spot),
    ...fallback.map((problem) => labelled(problem, spot.path, "onFailure.fallback")),
    ...(idempotencyKey === undefined ? [] : checkValue(idempotencyKey, spot).map((problem) => labelled(problem, spot.path, "idempotencyKey"))),
  ];
}

function labelled(problem: string, path: string, label: string): string {
  return problem.replace(`${path}: `, `${path}: ${label}: `);
}

/** Checks the templates of a value, and what it is when nothing in it is decided at run time. */
function checkValue(value: Json, spot: Spot, misfitOf: (rendered: Json) => string | undefined = () => undefined): string[] {
  const { problems, rendered } = checkTemplates(value, spot);
  const problem = rendered === undefined ? undefined : misfitOf(rendered);
  return [...problems, ...(problem === undefined ? [] : [problem])].map((what) => `${spot.path}: ${what}`);
}

function checkRecord(record: Element["record"], spot: Spot): string[] {
  const { path, places } = spot;
  if (record === undefined) return [];
  const wrong = recordProblems(record);
  const { problems, rendered } = wrong.length > 0 ? { problems: wrong } : checkTemplates(record as Json, spot);
  try {
    // The places of iterations are known only when they run.
    if (rendered !== undefined && !path.includes(EVERY_ITERATION)) places.take(NodePath.parse(path), rendered);
    return problems.map((problem) => `${path}: record: ${problem}`);
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return [`${path}: ${error.message}`];
  }
}

function checkBindings({ variables }: ComponentDefinition, bindings: Bindings, spot: Spot): string[] {
  return Object.entries(bindings).flatMap(([name, value]) => {
    const found = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (found === undefined) return [`${spot.path}: there is no variable "${name}" to be given; ${nameHint(name, Object.keys(variables))}`];
    const { problems, rendered } = checkTemplates(value, spot);
    const fit = rendered === undefined || found.schema === undefined ? undefined : fitted(found.schema, rendered);
    const wrong = fit && "problem" in fit ? [`does not fit: ${fit.problem}`] : [];
    return [...problems, ...wrong].map((what) => `${spot.path}: variable "${name}": ${what}`);
  });
}

function checkBlock(block: BlockDefinition, spot: Spot): string[] {
  const { frame, places } = spot;
  const seen = (names: readonly string[]): StaticFrame => ({ path: spot.path, variables: new Set(names), elements: new Map(), parent: frame });
  const branch = (step: string, { component, bindings }: Branch, inside: StaticFrame | undefined = frame) => {
    const place = { path: `${spot.path}.${step}`, frame: inside, places };
    return [...checkBindings(component, bindings, place), ...checkComponent(component, place)];
  };
  const all = (inside?: StaticFrame) => branchesOf(block).flatMap(([step, child]) => branch(step, child, inside));
  switch (block.kind) {
    case "conditional":
      return [...decision("condition", block.condition, { spot, wanted: "boolean" }), ...all()];
    case "switch":
      return [...decision("on", block.on, { spot }), ...all()];
    case "parallel":
      return all();
    case "for_each":
    case "map":
      return [
        ...decision("items", block.items, { spot, wanted: "list" }),
        ...decision("start", block.start, { spot, wanted: "number" }),
        ...all(seen([block.item, block.index, ...(block.kind === "for_each" ? [block.previous] : [])])),
      ];
    case "while": {
      const inside = seen([block.index, block.previous]);
      return [...decision("condition", block.condition, { spot: { ...spot, frame: inside }, wanted: "boolean" }), ...all(inside)];
    }
    case "try":
      break;
  }
  return branchesOf(block).flatMap(([step, child]) => branch(step, child, step === "catch" ? seen([block.error]) : frame));
}

interface Decision {
  readonly spot: Spot;
  readonly wanted?: "boolean" | "list" | "number";
}

/** What a block decides by. What is decided already can be judged. */
function decision(member: string, value: Json, { spot, wanted }: Decision): string[] {
  const { problems, rendered } = checkTemplates(value, spot);
  const found = Array.isArray(rendered) ? "list" : typeof rendered;
  const wrong = rendered !== undefined && wanted !== undefined && found !== wanted ? [`it is a ${found}, and not a ${wanted}`] : [];
  return [...problems, ...wrong].map((problem) => `${spot.path}: ${member}: ${problem}`);
}

/** Checks all templates of a value. When nothing in it is decided at run time, it can be judged now: `rendered`. */
function checkTemplates(value: Json, spot: Spot): { readonly problems: string[]; readonly rendered?: Json | undefined } {
  const problems: string[] = [];
  let references = 0;
  mapStrings(value, (text, place) => {
    const found = checkTemplate(text, spot);
    references += found.references;
    problems.push(...found.problems.map((problem) => (place === "" ? problem : `${place}: ${problem}`)));
    return text;
  });
  if (references > 0 || problems.length > 0) return { problems };
  try {
    return { problems, rendered: mapStrings(value, (text) => renderTemplate(parseTemplate(text), scopeOf({}))) };
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return { problems: [error.message] };
  }
}

function checkTemplate(text: string, { frame }: Spot): { readonly references: number; readonly problems: readonly string[] } {
  try {
    const references = templateReferences(parseTemplate(text));
    const problems = references.flatMap((reference) => (frame && referenceProblem(reference, frame, BUILT_IN_VARIABLES)) ?? []);
    return { references: references.length, problems };
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return { references: 0, problems: [error.message] };
  }
}
