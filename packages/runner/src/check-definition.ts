import { type ComponentDefinition, DefinitionError, type Element, type NodeDefinition, recordProblems } from "@dad/agent";
import { DadError, type Json, nameHint, type NodePath, nodePath } from "@dad/protocol";
import { mapStrings, parseTemplate, renderTemplate, scopeOf, type TemplateReference, templateReferences } from "@dad/template";
import { problemsOf } from "./errors.ts";
import { indexDefinition } from "./definition-index.ts";
import { BUILT_IN_VARIABLES } from "./interpreter.ts";
import { type RecordPlaces, recordPlaces } from "./record-places.ts";

/**
 * Finds what would go wrong before anything runs: templates that do not parse, references to nodes or
 * variables that are not there, settings that do not fit, and places in the run directory that cannot be a node's.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) that lists all problems, each with its path.
 */
export function checkDefinition(root: ComponentDefinition): void {
  // Everything in it has a path of its own, whoever wrote it.
  const { nodes } = indexDefinition(root);
  const outside = {
    path: nodePath(undefined, root.id),
    variables: new Set(BUILT_IN_VARIABLES),
    done: new Set<NodePath>(),
    places: recordPlaces(nodes.keys()),
  };
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
  readonly places: RecordPlaces;
}

function checkComponent(component: ComponentDefinition, { path, variables: around, ...others }: Visible): string[] {
  const variables = new Set([...around, ...Object.keys(component.variables)]);
  return component.elements.flatMap(({ id, definition, record }) => {
    const visible = { ...others, path: nodePath(path, id), variables };
    const problems =
      definition.kind === "node" ? [...checkNode(definition, visible), ...checkRecord(record, visible)] : checkComponent(definition, visible);
    others.done.add(visible.path);
    return problems;
  });
}

function checkNode({ settings, nodeType }: NodeDefinition, visible: Visible): string[] {
  const { problems, rendered } = checkTemplates(settings, visible);
  if (rendered === undefined) return problems.map((problem) => `${visible.path}: ${problem}`);
  const parsed = nodeType.settings.safeParse(rendered);
  return parsed.success ? [] : [`${visible.path}: ${problemsOf(parsed.error)}`];
}

function checkRecord(record: Element["record"], visible: Visible): string[] {
  const { path, places } = visible;
  if (record === undefined) return [];
  const wrong = recordProblems(record);
  const { problems, rendered } = wrong.length > 0 ? { problems: wrong } : checkTemplates(record as Json, visible);
  try {
    if (rendered !== undefined) places.take(path, rendered);
    return problems.map((problem) => `${path}: record: ${problem}`);
  } catch (error) {
    if (!DadError.is(error)) throw error;
    return [`${path}: ${error.message}`];
  }
}

/** Checks all templates of a value. When nothing in it is decided at run time, it can be judged now: `rendered`. */
function checkTemplates(value: Json, visible: Visible): { readonly problems: string[]; readonly rendered?: Json | undefined } {
  const problems: string[] = [];
  let references = 0;
  mapStrings(value, (text, place) => {
    const found = checkTemplate(text, visible);
    references += found.references;
    problems.push(...found.problems.map((problem) => `${place}: ${problem}`));
    return text;
  });
  const decided = references === 0 && problems.length === 0;
  return { problems, rendered: decided ? mapStrings(value, (text) => renderTemplate(parseTemplate(text), scopeOf({}))) : undefined };
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
  return [`there is no ${kind} "${name}" before this node; ${nameHint(name, candidates.sort())}`];
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
