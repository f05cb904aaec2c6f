import {
  type ComponentDefinition,
  definitionAt,
  elementAt,
  EVERY_ITERATION,
  isBlock,
  iterationOf,
  misfit,
  type NodeDefinition,
  valueOfVariable,
  walk,
} from "@dad/agent";
import { InputKey, isJsonObject, type Json, nameHint, type StaticInputs } from "@dad/protocol";
import { StaticInputError, type StaticInputProblem } from "./errors.ts";
import { iterationProblem } from "./iteration-bounds.ts";
import { type RequestName, requestNameOf } from "./static-input-name.ts";

/**
 * Gives every static input the full path of the element it is for, and finds the variables that nobody gives a value. In a
 * loop, `iter_3` in a path means that iteration and `iter_*` each of them.
 *
 * @throws StaticInputError (`STATIC_INPUT_INVALID`) that lists all problems: unknown and ambiguous names, values that do not
 * fit, and variables without a value.
 */
export function resolveStaticInputs(root: ComponentDefinition, inputs: StaticInputs): StaticInputs {
  const { resolved, problems } = resolvedNames(root, inputs);
  for (const [path, value] of resolved) problems.push(...checkInput(root, path, value));
  problems.push(...missingVariables(root, resolved));
  if (problems.length > 0) throw new StaticInputError(problems);
  return Object.fromEntries(resolved);
}

/** Gives static inputs the full paths of what they are for. @throws StaticInputError for unknown and ambiguous names. */
export function withFullPaths(root: ComponentDefinition, inputs: StaticInputs): StaticInputs {
  const { resolved, problems } = resolvedNames(root, inputs);
  if (problems.length > 0) throw new StaticInputError(problems);
  return Object.fromEntries(resolved);
}

function resolvedNames(root: ComponentDefinition, inputs: StaticInputs) {
  const problems: StaticInputProblem[] = [];
  const resolved = new Map<string, Json>();
  for (const [name, value] of Object.entries(inputs)) {
    const path = resolveName(root, name);
    if ("problem" in path) problems.push({ name, message: path.problem });
    else {
      if (resolved.has(path.found))
        problems.push({ name, message: `static input "${name}": there is one for ${path.found} already, under another name: keep one of them` });
      resolved.set(path.found, value);
    }
  }
  return { resolved, problems };
}

type Resolved = { readonly found: string } | { readonly problem: string };

function resolveName(root: ComponentDefinition, name: string): Resolved {
  const request = requestNameOf(name);
  return request ? resolveRequest(root, name, request) : resolveElement(root, name);
}

/** What a request asks is known when it is asked: then its answer is checked. */
function resolveRequest(root: ComponentDefinition, name: string, { owner, key }: RequestName): Resolved {
  const { error } = InputKey.safeParse(key);
  if (error) return { problem: `static input "${name}": ${JSON.stringify(key)} is no key of a question: ${error.issues[0]?.message}` };
  const found = resolveElement(root, owner);
  return "problem" in found ? found : { found: `${found.found}:${key}` };
}

function resolveElement(root: ComponentDefinition, name: string): Resolved {
  const exact = definitionAt(root, name);
  const never = exact && iterationProblem(root, name);
  if (never !== undefined) return { problem: `static input "${name}": ${never}` };
  if (exact !== undefined && !isBlock(exact)) return { found: name };
  if (exact !== undefined) return { problem: `static input "${name}" is for a ${exact.kind}, which takes none; ${insideOf(root, name)}` };
  const all = [...walk(root)].flatMap(({ path, definition }) => (isBlock(definition) ? [] : [path]));
  const [found, ...others] = name.includes(".") ? [] : all.filter((path) => path.endsWith(`.${name}`));
  if (found === undefined) return { problem: `static input "${name}" is for nothing in this definition; ${nameHint(name, namesLike(name, all))}` };
  if (others.length > 0) return { problem: `static input "${name}" could be for ${[found, ...others].join(" or ")}: use the whole path` };
  if (!found.includes(EVERY_ITERATION)) return { found };
  const one = found.replaceAll(EVERY_ITERATION, "iter_0");
  return { problem: `static input "${name}" is for something in a loop: say ${found} for every iteration, or for instance ${one}` };
}

/** Who gives an id means one, and who gives a path a path. */
function namesLike(name: string, paths: readonly string[]): readonly string[] {
  return name.includes(".") ? paths : [...new Set(paths.map((path) => path.slice(path.lastIndexOf(".") + 1)))];
}

function insideOf(root: ComponentDefinition, block: string): string {
  const inside = [...walk(root)].filter(({ path, definition }) => path.startsWith(`${block}.`) && !isBlock(definition)).map(({ path }) => path);
  return inside.length === 0 ? "nothing in it does" : `what is in it may: ${inside.slice(0, MOST_NAMED).join(", ")}`;
}

const MOST_NAMED = 5;

function checkInput(root: ComponentDefinition, path: string, value: Json): StaticInputProblem[] {
  if (requestNameOf(path)) return [];
  const found = definitionAt(root, path);
  if (found?.kind !== "node") return checkVariables(found as ComponentDefinition, path, value);
  return checkNodeInput(found, path, value);
}

function checkNodeInput({ nodeType }: NodeDefinition, name: string, value: Json): StaticInputProblem[] {
  if (!nodeType.input) return [{ name, message: `static input "${name}": this node takes no input` }];
  const problem = misfit(nodeType.input, value);
  return problem === undefined ? [] : [{ name, message: `static input "${name}": ${problem}` }];
}

function checkVariables({ variables }: ComponentDefinition, name: string, value: Json): StaticInputProblem[] {
  if (!isJsonObject(value)) return [{ name, message: `static input "${name}": give an object of the component's variables` }];
  const declared = Object.keys(variables);
  return Object.entries(value).flatMap(([member, given]) => {
    const variable = Object.hasOwn(variables, member) ? variables[member] : undefined;
    const said = (message: string) => [{ name, member, message: `static input "${name}": ${message}` }];
    if (variable === undefined) return said(`there is no variable "${member}"; ${nameHint(member, declared)}`);
    const fit = valueOfVariable(variable, given);
    return "problem" in fit ? said(`the variable "${member}" does not fit: ${fit.problem}`) : [];
  });
}

/** A variable without a default has its value from where its component is used, or from outside. */
function missingVariables(root: ComponentDefinition, inputs: ReadonlyMap<string, Json>): StaticInputProblem[] {
  return [...walk(root)].flatMap(({ path, definition }) => {
    // Somebody is asked for those.
    if (definition.kind === "node" || isBlock(definition) || definition.input !== undefined) return [];
    const bindings = elementAt(root, path)?.bindings ?? {};
    const given = [...inputs].filter(([name]) => covers(name, path)).map(([, value]) => value);
    const required = Object.entries(definition.variables).filter(([, variable]) => variable.default === undefined);
    return required
      .filter(([name]) => !Object.hasOwn(bindings, name) && !given.some((value) => isJsonObject(value) && Object.hasOwn(value, name)))
      .map(([name]) => ({
        message: `the variable "${name}" of ${path} has no value: give it one where the component is used, or as the static input {"${path}": {"${name}": …}}`,
      }));
  });
}

/** Whether a path of a static input is for what has this pattern. That of one iteration is: what the others lack, they say themselves. */
function covers(name: string, pattern: string): boolean {
  const steps = name.split(".");
  const wanted = pattern.split(".");
  return (
    steps.length === wanted.length &&
    wanted.every((step, at) => step === steps[at] || (step === EVERY_ITERATION && iterationOf(steps[at] ?? "") !== undefined))
  );
}
