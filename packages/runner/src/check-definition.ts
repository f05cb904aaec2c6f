import { type ComponentDefinition, DefinitionError, type NodeDefinition, walk } from "@dad/agent";
import { DadError, isJsonObject, type Json, type NodePath, nodePath, type StaticInputs } from "@dad/protocol";
import { mapStrings, parseTemplate, renderTemplate, scopeOf, type TemplateReference, templateReferences } from "@dad/template";
import { problemsOf, StaticInputError } from "./errors.ts";
import { BUILT_IN_VARIABLES } from "./interpreter.ts";

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

/**
 * Finds what would go wrong before anything runs: templates that do not parse, references to nodes or
 * variables that are not there, settings that do not fit.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) that lists all problems, each with its path.
 */
export function checkDefinition(root: ComponentDefinition): void {
  const outside = { path: nodePath(undefined, root.id), variables: new Set(BUILT_IN_VARIABLES), done: new Set<NodePath>() };
  const problems = checkComponent(root, outside);
  if (problems.length > 0)
    throw new DefinitionError(`${root.kind} "${root.id}" cannot run:\n${problems.map((problem) => `  ${problem}`).join("\n")}`, { problems });
}

/** What the templates at some place may name. */
interface Visible {
  readonly path: NodePath;
  readonly variables: ReadonlySet<string>;
  /** Every element that is over by then. */
  readonly done: Set<NodePath>;
}

function checkComponent(component: ComponentDefinition, { path, variables: around, done }: Visible): string[] {
  const variables = new Set([...around, ...Object.keys(component.variables)]);
  return component.elements.flatMap(({ id, definition }) => {
    const visible = { path: nodePath(path, id), variables, done };
    const problems = definition.kind === "node" ? checkNode(definition, visible) : checkComponent(definition, visible);
    done.add(visible.path);
    return problems;
  });
}

function checkNode({ settings, nodeType }: NodeDefinition, visible: Visible): string[] {
  const problems: string[] = [];
  let references = 0;
  mapStrings(settings, (text, place) => {
    const found = checkTemplate(text, visible);
    references += found.references;
    problems.push(...found.problems.map((problem) => `${visible.path}: ${place}: ${problem}`));
    return text;
  });
  if (references > 0 || problems.length > 0) return problems;
  // Nothing in these settings is decided at run time, so they can be judged now.
  const parsed = nodeType.settings.safeParse(mapStrings(settings, (text) => renderTemplate(parseTemplate(text), scopeOf({}))));
  return parsed.success ? [] : [`${visible.path}: ${problemsOf(parsed.error)}`];
}

function checkTemplate(text: string, visible: Visible): { readonly references: number; readonly problems: readonly string[] } {
  try {
    const references = templateReferences(parseTemplate(text));
    return { references: references.length, problems: references.flatMap((reference) => unknownReference(reference, visible)) };
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return { references: 0, problems: [error.message] };
  }
}

function unknownReference({ kind, name }: TemplateReference, { path, variables, done }: Visible): string[] {
  const known = kind === "variable" ? variables.has(name) : placesOf(name, path).some((place) => done.has(place as NodePath));
  if (known) return [];
  const candidates = kind === "variable" ? [...variables] : siblingsBefore(path, done);
  const there = candidates.length > 0 ? `here there are ${candidates.sort().join(", ")}` : "there are none here";
  return [`there is no ${kind} "${name}" before this node; ${there}`];
}

/** Where a node that is named at some path may stand: in each component around it, and from the root. */
function placesOf(name: string, path: NodePath): string[] {
  const around = path.split(".").slice(0, -1);
  return [...around.map((_, index) => `${around.slice(0, index + 1).join(".")}.${name}`), name];
}

function siblingsBefore(path: NodePath, done: ReadonlySet<NodePath>): string[] {
  const component = `${path.split(".").slice(0, -1).join(".")}.`;
  return [...done].filter((other) => other.startsWith(component)).map((other) => other.slice(component.length));
}

/**
 * Gives every static input the full path of the element it is for.
 *
 * @throws StaticInputError (`STATIC_INPUT_INVALID`) that lists all problems: unknown and ambiguous names, and values that do not fit.
 */
export function resolveStaticInputs(root: ComponentDefinition, inputs: StaticInputs): StaticInputs {
  const index = indexDefinition(root);
  const problems: string[] = [];
  const resolved = new Map<NodePath, Json>();
  for (const [name, value] of Object.entries(inputs)) {
    const path = resolveName(index, name);
    if ("problem" in path) problems.push(path.problem);
    else {
      problems.push(...checkInput(index, path.found, value));
      resolved.set(path.found, value);
    }
  }
  if (problems.length > 0) throw new StaticInputError(problems);
  return Object.fromEntries(resolved);
}

function resolveName({ nodes, components }: DefinitionIndex, name: string): { readonly found: NodePath } | { readonly problem: string } {
  const all = [...components.keys(), ...nodes.keys()];
  const exact = all.find((path) => path === name);
  if (exact) return { found: exact };
  const [found, ...others] = name.includes(".") ? [] : all.filter((path) => path.endsWith(`.${name}`));
  if (found && others.length === 0) return { found };
  if (found) return { problem: `static input "${name}" could be for ${[found, ...others].join(" or ")}: use the whole path` };
  return { problem: `static input "${name}" is for nothing in this definition; there are ${all.join(", ")}` };
}

function checkInput({ nodes, components }: DefinitionIndex, path: NodePath, value: Json): string[] {
  const component = components.get(path);
  if (component) return checkVariables(component, path, value);
  const schema = nodes.get(path)?.nodeType.input;
  if (!schema) return [`static input "${path}": this node takes no input`];
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : [`static input "${path}": ${problemsOf(parsed.error)}`];
}

function checkVariables({ variables }: ComponentDefinition, path: NodePath, value: Json): string[] {
  if (!isJsonObject(value)) return [`static input "${path}": give an object of the component's variables`];
  const declared = Object.keys(variables);
  const unknown = Object.keys(value).filter((name) => !declared.includes(name));
  return unknown.map(
    (name) => `static input "${path}": there is no variable "${name}"; there ${declared.length > 0 ? `are ${declared.join(", ")}` : "are none"}`,
  );
}
