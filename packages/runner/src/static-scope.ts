import { type BlockDefinition, branchesOf, type Definition, EVERY_ITERATION, isBlock, iterationOf } from "@dad/agent";
import { nameHint } from "@dad/protocol";
import type { TemplateReference } from "@dad/template";
import { z } from "zod";

/** What the templates at some place may name, as far as it is known before anything runs. */
export interface StaticFrame {
  /** With `iter_*` for iterations. */
  readonly path: string;
  readonly variables: ReadonlySet<string>;
  /** The elements that are over by then. */
  readonly elements: ReadonlyMap<string, Definition>;
  readonly parent: StaticFrame | undefined;
}

/** What a reference means: an element, a value of which the schema is known, or a value of which nothing is known. */
type Meaning = Definition | z.ZodType | typeof ANYTHING;
const ANYTHING = Symbol("anything");

/** Why a reference can mean nothing at this place, or `undefined`. */
export function referenceProblem(reference: TemplateReference, frame: StaticFrame, builtIn: readonly string[]): string | undefined {
  const { kind, name, optional } = reference;
  if (kind === "variable") {
    const names = [...variablesIn(frame), ...builtIn];
    return optional || names.includes(name) ? undefined : `there is no variable "${name}" before this; ${nameHint(name, names.sort())}`;
  }
  const found = elementIn(frame, name);
  if (found === undefined) return `there is no node "${name}" before this; ${nameHint(name, elementsIn(frame).sort())}`;
  return optional ? undefined : memberProblem(found, reference);
}

function variablesIn(frame: StaticFrame): string[] {
  const names = new Set<string>();
  for (let at: StaticFrame | undefined = frame; at; at = at.parent) for (const name of at.variables) names.add(name);
  return [...names];
}

function elementsIn(frame: StaticFrame): string[] {
  const names = new Set<string>();
  for (let at: StaticFrame | undefined = frame; at; at = at.parent) for (const name of at.elements.keys()) names.add(name);
  return [...names];
}

/** As a run looks it up: in the nearest frame with an element of the first step, and by its whole path. */
function elementIn(frame: StaticFrame, name: string): Definition | undefined {
  const steps = name.split(".");
  let near: StaticFrame | undefined = frame;
  while (near && !near.elements.has(steps[0] ?? "")) near = near.parent;
  const relative = near && within(near, steps);
  if (relative !== undefined) return relative;
  for (let at: StaticFrame | undefined = frame; at; at = at.parent) {
    const whole = within(at, stepsBelow(at.path, name));
    if (whole !== undefined) return whole;
  }
  return undefined;
}

function within({ elements }: StaticFrame, [first = "", ...rest]: readonly string[]): Definition | undefined {
  return rest.reduce<Definition | undefined>((at, step) => at && childOf(at, step), elements.get(first));
}

/** What of a name comes after the path of a frame; nothing when it is of another place. */
function stepsBelow(path: string, name: string): readonly string[] {
  const own = path.split(".");
  const steps = name.split(".");
  const here = own.every((step, at) => step === steps[at] || (step === EVERY_ITERATION && iterationOf(steps[at] ?? "") !== undefined));
  return here ? steps.slice(own.length) : [];
}

function childOf(definition: Definition, step: string): Definition | undefined {
  if (definition.kind === "node") return undefined;
  if (!isBlock(definition)) return definition.elements.find(({ id }) => id === step)?.definition;
  return branchesOf(definition).find(([name]) => name === step || (name === EVERY_ITERATION && iterationOf(step) !== undefined))?.[1].component;
}

/** Follows the members that a reference reads, as far as the schemas tell what there is. */
function memberProblem(found: Definition, { name, accessors }: TemplateReference): string | undefined {
  let at: Meaning = found;
  let place = `$hier{${name}}`;
  for (const key of accessors) {
    const names = membersOf(at);
    const next = partOf(at, key);
    if (next === undefined)
      return `${place} has no ${typeof key === "number" ? `[${key}]` : `"${key}"`}${names ? `; ${nameHint(String(key), names)}` : ""}`;
    at = next;
    place += typeof key === "number" ? `[${key}]` : `.${key}`;
  }
  return undefined;
}

function isDefinition(meaning: Meaning): meaning is Definition {
  return typeof meaning === "object" && "kind" in meaning;
}

function partOf(at: Meaning, key: string | number): Meaning | undefined {
  if (at === ANYTHING) return ANYTHING;
  if (!isDefinition(at)) return schemaPart(at, key);
  if (at.kind === "node") return schemaPart(at.nodeType.output, key);
  if (!isBlock(at)) return at.elements.find(({ id }) => id === key)?.definition;
  return blockPart(at, key);
}

function blockPart(block: BlockDefinition, key: string | number): Meaning | undefined {
  const [first] = branchesOf(block);
  if (first?.[0] === EVERY_ITERATION) return typeof key === "number" ? first[1].component : ANYTHING;
  return branchesOf(block).find(([step]) => step === key)?.[1].component;
}

function membersOf(at: Meaning): readonly string[] | undefined {
  if (at === ANYTHING) return undefined;
  if (!isDefinition(at)) return schemaMembers(unwrapped(at));
  if (at.kind === "node") return membersOf(at.nodeType.output);
  return isBlock(at) ? branchesOf(at).map(([step]) => step) : at.elements.map(({ id }) => id);
}

function schemaMembers(schema: z.ZodType): readonly string[] | undefined {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : undefined;
}

/** What a schema says of values that are there. */
function unwrapped(schema: z.ZodType): z.ZodType {
  const wraps =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly || schema instanceof z.ZodDefault;
  return wraps ? unwrapped(schema.unwrap() as z.ZodType) : schema;
}

/** What a schema says of a part. It says nothing of what it only restricts, chooses between, or makes. */
function schemaPart(given: z.ZodType, key: string | number): Meaning | undefined {
  const schema = unwrapped(given);
  if (schema instanceof z.ZodArray) return typeof key === "number" ? (schema.element as z.ZodType) : ANYTHING;
  if (!(schema instanceof z.ZodObject)) return ANYTHING;
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  if (Object.hasOwn(shape, key)) return shape[key];
  const open = schema.def.catchall !== undefined && !(schema.def.catchall instanceof z.ZodNever);
  return open ? ANYTHING : undefined;
}
