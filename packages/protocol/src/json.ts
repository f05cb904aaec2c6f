import { z } from "zod";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Any JSON value that {@link canonicalJson} has a text for. Parsing gives the value itself, not a copy. */
// Not `z.json()`: it drops members called `__proto__` and runs out of stack where values are deep.
export const Json: z.ZodType<Json> = z.unknown().superRefine((value, context) => {
  try {
    assertJson(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    context.addIssue(error.message);
  }
}) as z.ZodType<Json>;

/** How deep arrays and objects may stand in one another. What reads them recursively must not run out of stack. */
const MAX_NESTING = 500;

/** True for what JSON calls an object: not for an array, not for null. */
export function isJsonObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The one text of a JSON value (RFC 8785, JSON Canonicalization Scheme): members sorted by UTF-16
 * code units, no white space, ECMAScript's number and string forms. Fingerprints, cassette keys and
 * the journal's chain are digests of this text.
 *
 * @throws TypeError, naming the place, for what JSON cannot carry faithfully: `undefined`, functions,
 * BigInt, `NaN` and infinities, lone surrogates, circular references, objects that are not plain, and
 * what is nested more than 500 deep.
 */
export function canonicalJson(value: unknown): string {
  return quickly(value, 0) ?? write(value, "$", []);
}

/** @throws TypeError as {@link canonicalJson} does, and in less time than that when there is nothing to be said. */
export function assertJson(value: unknown): asserts value is Json {
  if (!isQuicklyJson(value, 0)) write(value, "$", []);
}

function isQuicklyJson(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value);
  if (value === null || typeof value === "boolean") return true;
  if (typeof value !== "object" || depth === MAX_NESTING) return false;
  // Not `every` and the like: they leave out what is missing.
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isQuicklyJson(value[index], depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.keys(value).every((key) => key.isWellFormed() && isQuicklyJson((value as Record<string, unknown>)[key], depth + 1));
}

/** The text of what has one; `undefined` for all else, and then it takes longer to say what is wrong where. */
function quickly(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return quickString(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value !== "object" || depth === MAX_NESTING) return undefined;
  if (Array.isArray(value)) return quickArray(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? quickObject(value as Record<string, unknown>, depth) : undefined;
}

/** Characters that JSON writes as they are. Short texts of those are the most frequent of all. */
const PLAIN = /^[ !#-[\]-~]{0,40}$/;

function quickString(text: string): string | undefined {
  if (PLAIN.test(text)) return `"${text}"`;
  return text.isWellFormed() ? JSON.stringify(text) : undefined;
}

function quickArray(items: readonly unknown[], depth: number): string | undefined {
  let text = "";
  // Not `forEach` and the like: they leave out what is missing.
  for (let index = 0; index < items.length; index++) {
    const item = quickly(items[index], depth + 1);
    if (item === undefined) return undefined;
    text += index === 0 ? item : `,${item}`;
  }
  return `[${text}]`;
}

function quickObject(members: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  let text = "";
  for (const key of Object.keys(members).sort()) {
    const [name, member] = [quickString(key), quickly(members[key], depth + 1)];
    if (name === undefined || member === undefined) return undefined;
    text += text === "" ? `${name}:${member}` : `,${name}:${member}`;
  }
  return `{${text}}`;
}

function nameOf(value: object): string {
  if (value instanceof Date) return "a Date (give its toISOString())";
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? article(name) : "an object of a class";
}

function write(value: unknown, place: string, ancestors: readonly object[]): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${place} is ${value}, which JSON cannot carry`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") return writeString(value, place);
  if (typeof value !== "object") throw new TypeError(`${place} is ${article(typeof value)}, which JSON cannot carry`);
  if (ancestors.includes(value)) throw new TypeError(`${place} refers back to an object that contains it`);
  if (ancestors.length === MAX_NESTING) throw new TypeError(`a value is nested more than ${MAX_NESTING} deep, which not every reader can take`);
  const inside = [...ancestors, value];
  if (Array.isArray(value)) return `[${Array.from(value, (item, index) => write(item, `${place}[${index}]`, inside)).join(",")}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`${place} is ${nameOf(value)}, and not a plain object, which JSON cannot carry`);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${writeString(key, place)}:${write((value as Record<string, unknown>)[key], `${place}.${key}`, inside)}`);
  return `{${members.join(",")}}`;
}

function writeString(value: string, place: string): string {
  if (!value.isWellFormed()) throw new TypeError(`${place} holds a lone surrogate, which JSON cannot carry`);
  return JSON.stringify(value);
}

function article(type: string): string {
  return type === "undefined" ? type : `a ${type}`;
}
