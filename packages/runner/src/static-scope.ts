import {
  type BlockDefinition,
  childrenOf,
  elementNamed,
  EVERY_ITERATION,
  isBlock,
  isLoop,
  iterationOf,
  namesBefore,
  type PlacedElement,
  type Reading,
} from "@dad/agent";
import { nameHint } from "@dad/protocol";
import type { TemplateReference } from "@dad/template";
import { shapeOfSchema } from "./schema-shape.ts";
import { ANYTHING, BOOLEAN, inWords, list, NUMBER, object, oneOf, type Shape, shapeOfValue, TEXT } from "./shape.ts";
import { type ShapeScope, shapeOfTemplates } from "./template-shape.ts";
import { BUILT_IN_VARIABLES } from "./templates.ts";

type Variables = Readonly<Record<string, () => Shape>>;

/** What is known of what the templates of an element may name. */
export function shapeScope(reading: Reading): ShapeScope {
  return {
    variable: (name) =>
      variablesAround(reading)
        .find((variables) => Object.hasOwn(variables, name))
        ?.[name]?.(),
    node(name) {
      const element = elementNamed(name, reading);
      return element && shapeOfElement(element, reading);
    },
  };
}

/** Why a reference in the templates of an element can mean nothing, or `undefined`. */
export function referenceProblem(reference: TemplateReference, reading: Reading): string | undefined {
  const { kind, name, optional } = reference;
  const scope = shapeScope(reading);
  const shape = kind === "variable" ? scope.variable(name) : scope.node(name);
  if (shape !== undefined) return optional ? undefined : partProblem(shape, reference);
  if (kind === "node") return `there is no node "${name}" before this; ${ownIteration(name, reading) ?? nameHint(name, namesBefore(reading).sort())}`;
  const names = variablesAround(reading).flatMap((variables) => Object.keys(variables));
  return optional ? undefined : `there is no variable "${name}" before this; ${nameHint(name, [...new Set(names)].sort())}`;
}

function shapeOfElement({ definition, path }: PlacedElement, reading: Reading): Shape {
  if (definition.kind === "node") return shapeOfSchema(definition.nodeType.output);
  const given = (step: string): Shape | undefined => {
    // A key is one step, whatever is in it.
    const child = step.includes(".") ? undefined : reading.placed.get(`${path}.${step}`);
    return child && shapeOfElement(child, reading);
  };
  if (isLoop(definition)) return list(() => given(EVERY_ITERATION) ?? ANYTHING);
  return object(() => childrenOf(definition).map(([step]) => step), given);
}

/** Of all that is around an element, the nearest first. */
function variablesAround({ reader, placed }: Reading): readonly Variables[] {
  // Its own are for its iterations, and its condition is looked at in each of them.
  const own = reader.definition.kind === "while" ? [variablesOfBlock(reader, { reader, placed })] : [];
  const around: Variables[] = [];
  for (let at = reader; at.parent !== undefined; at = at.parent) around.push(variablesOf(at.parent, at.step, placed));
  return [...own, ...around, BUILT_IN];
}

const BUILT_IN: Variables = Object.fromEntries(BUILT_IN_VARIABLES.map((name) => [name, () => TEXT]));

/** Those that something gives to what is in it under a step. */
function variablesOf(owner: PlacedElement, step: string, placed: Reading["placed"]): Variables {
  const { definition } = owner;
  if (definition.kind === "node") return {};
  if (isBlock(definition)) return definition.kind === "try" && step !== "catch" ? {} : variablesOfBlock(owner, { reader: owner, placed });
  const declared = Object.entries(definition.variables);
  return Object.fromEntries(declared.map(([name, { schema }]) => [name, () => (schema === undefined ? ANYTHING : shapeOfSchema(schema))]));
}

function variablesOfBlock({ definition, path }: PlacedElement, reading: Reading): Variables {
  const block = definition as BlockDefinition;
  const previous = () => {
    const body = reading.placed.get(`${path}.${EVERY_ITERATION}`);
    return oneOf([shapeOfValue(null), body === undefined ? ANYTHING : shapeOfElement(body, reading)]);
  };
  switch (block.kind) {
    case "for_each":
    case "map": {
      const item = () => shapeOfTemplates(block.items, shapeScope(reading)).part(0) ?? ANYTHING;
      return { [block.item]: item, [block.index]: () => NUMBER, ...(block.kind === "for_each" ? { [block.previous]: previous } : {}) };
    }
    case "while":
      return { [block.index]: () => NUMBER, [block.previous]: previous };
    case "try":
      return { [block.error]: () => ERROR };
    default:
      return {};
  }
}

/** What a handler sees. */
const ERROR = shapeOfMembers({
  code: TEXT,
  message: TEXT,
  path: oneOf([TEXT, shapeOfValue(null)]),
  retryable: BOOLEAN,
  details: object(
    () => [],
    () => ANYTHING,
  ),
  cause: shapeOfMembers({ code: TEXT, message: TEXT }),
});

function shapeOfMembers(members: Readonly<Record<string, Shape>>): Shape {
  return object(
    () => Object.keys(members),
    (key) => (Object.hasOwn(members, key) ? members[key] : undefined),
  );
}

/** Follows the parts that a reference reads, as far as it is known what there is. */
function partProblem(shape: Shape, { kind, name, accessors }: TemplateReference): string | undefined {
  let at = shape;
  let place = kind === "variable" ? name : `$hier{${name}}`;
  for (const key of accessors) {
    const part = at.part(key);
    if (part === undefined) return `${place} has no ${typeof key === "number" ? `[${key}]` : JSON.stringify(key)}${partHint(at, key)}`;
    at = part;
    place += typeof key === "number" ? `[${key}]` : `.${key}`;
  }
  return undefined;
}

function partHint(shape: Shape, key: string | number): string {
  const { kinds = [] } = shape;
  const names = shape.names();
  if (names.length > 0) return `; ${nameHint(String(key), names)}`;
  return `: it is ${inWords(kinds)}${kinds.includes("list") ? ", whose items are [0], [1] and so on" : ""}`;
}

/** What is said of the whole path of something in the same iteration, as that is another one in each. */
function ownIteration(name: string, reading: Reading): string | undefined {
  const pattern = name
    .split(".")
    .map((step) => (iterationOf(step) === undefined ? step : EVERY_ITERATION))
    .join(".");
  for (let at = reading.reader.parent; at !== undefined; at = at.parent) {
    const own = pattern.startsWith(`${at.path}.`) ? name.split(".").slice(at.path.split(".").length).join(".") : "";
    if (own !== "" && elementNamed(own, reading) !== undefined) return `that of the same iteration is "${own}"`;
  }
  return undefined;
}
