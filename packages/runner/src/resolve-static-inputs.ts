import type { ComponentDefinition } from "@dad/agent";
import { isJsonObject, type Json, nameHint, type NodePath, type StaticInputs } from "@dad/protocol";
import { type DefinitionIndex, indexDefinition } from "./definition-index.ts";
import { problemsOf, StaticInputError } from "./errors.ts";

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
  return { problem: `static input "${name}" is for nothing in this definition; ${nameHint(name, all)}` };
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
  return unknown.map((name) => `static input "${path}": there is no variable "${name}"; ${nameHint(name, declared)}`);
}
