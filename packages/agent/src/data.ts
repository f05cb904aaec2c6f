import type { Json } from "@dad/protocol";
import { DefinitionError } from "./errors.ts";
import { expressionOf } from "./reference.ts";

/** Deepest nesting of settings. What nests deeper is a mistake, and could not be rendered. */
const MAX_DEPTH = 128;

/**
 * What a definition keeps of the settings or variables that it was given: a frozen copy of plain data,
 * in which references have become their text. Members that are `undefined` are left out.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) that names the place of what JSON cannot carry.
 */
export function dataOf(given: unknown, owner: string): Json {
  return copy(given ?? null, { owner, place: "", ancestors: [] });
}

interface Spot {
  readonly owner: string;
  /** From the top: `operations[0].path`. */
  readonly place: string;
  readonly ancestors: readonly object[];
}

function copy(value: unknown, spot: Spot): Json {
  const expression = expressionOf(value);
  if (expression !== undefined) return expression;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return value.isWellFormed() ? value : refuse(spot, "holds a lone surrogate");
  if (typeof value === "number") return Number.isFinite(value) ? value : refuse(spot, `is ${value}`);
  if (typeof value !== "object") return refuse(spot, value === undefined ? "is undefined" : `is a ${typeof value}`);
  if (spot.ancestors.includes(value)) return refuse(spot, "refers back to an object that contains it");
  if (spot.ancestors.length === MAX_DEPTH) return refuse(spot, `is more than ${MAX_DEPTH} levels deep`);
  const ancestors = [...spot.ancestors, value];
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (item: unknown, index) => copy(item, { ...spot, place: `${spot.place}[${index}]`, ancestors })));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return refuse(spot, `is ${nameOf(value)}, not a plain object`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // `fromEntries` defines members, so that a key `__proto__` stays a key.
  return Object.freeze(
    Object.fromEntries(members.map(([key, member]) => [key, copy(member, { ...spot, place: memberPlace(spot.place, key), ancestors })])),
  );
}

function refuse({ owner, place }: Spot, problem: string): never {
  const subject = place === "" ? owner : `${place} of ${owner}`;
  throw new DefinitionError(`${subject} ${problem}: a definition is data, and JSON cannot carry that`, { place });
}

function nameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `a ${name}` : "an object of a class";
}

function memberPlace(place: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${place}[${JSON.stringify(key)}]`;
  return place === "" ? key : `${place}.${key}`;
}
