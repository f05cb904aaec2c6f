import { type Json, NodeId, nameHint } from "@dad/protocol";
import type { Bound, ConditionalSpec, ForEachSpec, Inside, LoopSpec, MapSpec, SwitchSpec, TrySpec, Used, WhileSpec } from "./block-spec.ts";
import { dataOf } from "./data.ts";
import { type BlockDefinition, type Branch, isDefinition } from "./definition.ts";
import { DefinitionError } from "./errors.ts";
import { nameOfGiven } from "./given.ts";
import { hiddenName } from "./hidden-name.ts";
import { referenceToVariable } from "./reference.ts";
import type { Scene } from "./scene.ts";
import { checkedBindings, checkedName } from "./variable.ts";

const DEFAULT_CONCURRENCY = 16;
const MOST_ITERATIONS = 1_000_000_000;

/** How each block of a component is made of what was given for it. @throws DefinitionError (`DEFINITION_INVALID`). */
export const blockMakers = {
  conditional(spec: ConditionalSpec<Inside, Given, Given>, scene: Scene): BlockDefinition {
    assertMembers(spec, ["condition", "isTrue", "isFalse"], scene);
    const condition = checkedData(spec.condition, "condition", scene);
    return made({ kind: "conditional", condition, isTrue: branchOf(spec.isTrue, scene), isFalse: optional(spec.isFalse, scene) });
  },

  switch(spec: SwitchSpec<Inside, Readonly<Record<string, Given>>, Given>, scene: Scene): BlockDefinition {
    assertMembers(spec, ["on", "cases", "otherwise"], scene);
    const on = checkedData(spec.on, "on", scene);
    return made({ kind: "switch", on, cases: namedBranches(spec.cases, scene, ["otherwise"]), otherwise: optional(spec.otherwise, scene) });
  },

  forEach(spec: ForEachSpec<Inside, unknown, Given>, scene: Scene): BlockDefinition {
    assertMembers(spec, [...LOOP_MEMBERS, "previous"], scene);
    const { item, index, ...rest } = iterated(spec, scene);
    const [previous] = namesOf([spec.previous ?? "previous"], scene, [item, index]);
    return made({ kind: "for_each", ...rest, item, index, previous, body: body(spec.body, { item, index, previous }, scene) });
  },

  map(spec: MapSpec<Inside, unknown, Given>, scene: Scene): BlockDefinition {
    assertMembers(spec, [...LOOP_MEMBERS, "concurrency"], scene);
    const { item, index, ...rest } = iterated(spec, scene);
    const concurrency = checkedCount(spec.concurrency ?? DEFAULT_CONCURRENCY, "concurrency", scene);
    return made({ kind: "map", ...rest, item, index, concurrency, body: body(spec.body, { item, index }, scene) });
  },

  while(spec: WhileSpec<Inside, Given>, scene: Scene): BlockDefinition {
    assertMembers(spec, ["condition", "body", "max", "atMax", "index", "previous"], scene);
    const [index, previous] = namesOf([spec.index ?? "index", spec.previous ?? "previous"], scene);
    const { atMax = "fail" } = spec;
    if (atMax !== "fail" && atMax !== "stop") throw new DefinitionError(`${scene.owner}: atMax is "fail" or "stop", and not ${String(atMax)}`);
    const max = checkedCount(spec.max, "max", scene);
    const condition = checkedData(spec.condition, "condition", scene);
    return made({ kind: "while", condition, max, atMax, index, previous, body: body(spec.body, { index, previous }, scene) });
  },

  parallel(branches: Readonly<Record<string, unknown>>, scene: Scene): BlockDefinition {
    return made({ kind: "parallel", branches: namedBranches(branches, scene) });
  },

  try(spec: TrySpec<Inside, Given, Given, Given>, scene: Scene): BlockDefinition {
    assertMembers(spec, ["body", "catch", "finally", "codes", "error"], scene);
    if (spec.catch === undefined && spec.finally === undefined)
      throw new DefinitionError(`${scene.owner} has neither catch nor finally: give one of them`);
    if (spec.catch === undefined && (spec.codes !== undefined || spec.error !== undefined))
      throw new DefinitionError(`${scene.owner} says which errors are caught, and has no catch`);
    const codes = spec.codes && Object.freeze(checkedCodes(spec.codes, scene));
    const [error] = namesOf([spec.error ?? "error"], scene);
    const handler = spec.catch === undefined ? undefined : body(spec.catch, { error }, scene);
    return made({ kind: "try", body: branchOf(spec.body, scene), handler, codes, error, cleanup: optional(spec.finally, scene) });
  },
} as const;

/** What a user may give for a component. Programs that are not type-checked may give anything. */
type Given = Used;

/** What somebody gave, or gives as a function of what it may refer to. */
export function resolved(given: unknown, { nodes, variables }: Scene): unknown {
  return typeof given === "function" ? (given as (nodes: unknown, variables: unknown) => unknown)(nodes, variables) : given;
}

/** A component that a block or an element holds, with what it is given. @throws DefinitionError (`DEFINITION_INVALID`). */
export function branchOf(given: unknown, scene: Scene, loopNames: readonly string[] = []): Branch {
  const { kind, owner, around } = scene;
  const used = resolved(given, scene);
  const bound = isBound(used) ? used : undefined;
  const component = componentOf(used);
  if (!isDefinition(component))
    throw new DefinitionError(`${owner} cannot hold ${nameOfGiven(component)}: it takes a flow${kind === "agent" ? " or an agent" : ""}`);
  if (kind === "flow" && component.kind === "agent")
    throw new DefinitionError(`${owner} cannot hold the agent "${component.id}": a flow holds nodes and flows`);
  if (typeof given === "function") {
    const variables = { has: (name: string) => loopNames.includes(name) || around.variables.has(name) };
    const clash = hiddenName(component, { elements: around.elements, variables });
    // What the function did not make itself can hold none of the references that it was given. What it makes, it makes anew.
    if (clash !== undefined && componentOf(resolved(given, scene)) !== component) throw new DefinitionError(`${owner} ${clash}`);
  }
  return Object.freeze({ component, bindings: checkedBindings(bound?.bindings ?? {}, component, `${component.kind} "${component.id}" in ${owner}`) });
}

function isBound(given: unknown): given is Bound {
  return typeof given === "object" && given !== null && (given as Partial<Bound>).kind === "bound";
}

function componentOf(used: unknown): unknown {
  return isBound(used) ? used.component : used;
}

const LOOP_MEMBERS = ["items", "body", "item", "index", "start", "max"] as const;

function iterated(spec: LoopSpec<Inside, unknown, Given, never>, scene: Scene) {
  const [item, index] = namesOf([spec.item ?? "item", spec.index ?? "index"], scene);
  return {
    item,
    index,
    items: checkedData(spec.items, "items", scene),
    start: checkedData(spec.start ?? 0, "start", scene),
    max: spec.max === undefined ? undefined : checkedCount(spec.max, "max", scene),
  };
}

/** The body of a loop. As a function it is given references to the variables of the loop, too. */
function body(given: unknown, names: Readonly<Record<string, string>>, scene: Scene): Branch {
  if (typeof given !== "function") return branchOf(given, scene);
  const seen = Object.fromEntries(Object.entries(names).map(([role, name]) => [role, referenceToVariable(name)]));
  const make = (nodes: unknown, variables: unknown): unknown => (given as (...seen: unknown[]) => unknown)(seen, nodes, variables);
  return branchOf(make, scene, Object.values(names));
}

function optional(given: unknown, scene: Scene): Branch | undefined {
  return given === undefined ? undefined : branchOf(given, scene);
}

/** The names of branches are steps in paths. */
function namedBranches(given: Readonly<Record<string, unknown>>, scene: Scene, taken: readonly string[] = []): Readonly<Record<string, Branch>> {
  const names = Object.keys(given ?? {});
  if (names.length === 0) throw new DefinitionError(`${scene.owner} has no branches: give at least one, by name`);
  const seen = new Set(taken);
  for (const name of names) {
    const { error } = NodeId.safeParse(name);
    if (error) throw new DefinitionError(`${scene.owner} cannot have the branch ${JSON.stringify(name)}: ${error.issues[0]?.message}`, { name });
    if (seen.has(name.toLowerCase())) throw new DefinitionError(`${scene.owner} has a branch of the name ${JSON.stringify(name)} already`, { name });
    seen.add(name.toLowerCase());
  }
  return Object.freeze(Object.fromEntries(names.map((name) => [name, branchOf(given[name], scene)])));
}

function namesOf<Names extends readonly string[]>(names: readonly [...Names], { owner }: Scene, taken: readonly string[] = []): Names {
  for (const [at, name] of names.entries()) {
    checkedName(name, owner);
    if (taken.includes(name) || names.indexOf(name) !== at)
      throw new DefinitionError(`${owner} has two variables "${name}": give one of them another name`, { name });
  }
  return names as unknown as Names;
}

function checkedData(made: unknown, member: string, scene: Scene): Json {
  const { owner } = scene;
  const given = resolved(made, scene);
  if (given === undefined) throw new DefinitionError(`${owner} has no ${member}: give it`, { member });
  return dataOf(given, `${member} of ${owner}`);
}

function checkedCount(given: number, member: string, { owner }: Scene): number {
  if (Number.isInteger(given) && given >= 1 && given <= MOST_ITERATIONS) return given;
  throw new DefinitionError(`${member} of ${owner} is ${String(given)}: give a whole number from 1 to ${MOST_ITERATIONS}`, { member });
}

function checkedCodes(codes: readonly string[], { owner }: Scene): string[] {
  if (Array.isArray(codes) && codes.length > 0 && codes.every((code) => typeof code === "string" && code !== "")) return [...codes];
  throw new DefinitionError(`codes of ${owner} are a list of at least one error code`);
}

function assertMembers(spec: object, known: readonly string[], { owner }: Scene): void {
  if (typeof spec !== "object" || spec === null) throw new DefinitionError(`${owner} takes an object, and not ${nameOfGiven(spec)}`);
  const unknown = Object.keys(spec).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new DefinitionError(`${owner} has no ${JSON.stringify(unknown)}; ${nameHint(unknown, known)}`, { member: unknown });
}

function made<Block extends BlockDefinition>(block: Block): Block {
  return Object.freeze(block);
}
