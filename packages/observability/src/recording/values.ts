import type { Attributes, Exception } from "@opentelemetry/api";
import { ATTRIBUTES } from "../conventions.ts";

const { exception: names } = ATTRIBUTES;

/** How deep maps and lists may be inside each other. What is deeper is left out, and so is what goes in circles. */
const DEPTH = 32;

/** A text that every encoding can say: half characters are replaced, and what is longer than `limit` is cut between two characters. */
export function textOf(given: unknown, limit = Infinity): string {
  const text = typeof given === "string" ? given : asText(given);
  if (text.length <= limit) return text.isWellFormed() ? text : text.toWellFormed();
  const end = limit > 0 && isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
  return text.slice(0, end).toWellFormed();
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function asText(given: unknown): string {
  try {
    return String(given);
  } catch {
    return "";
  }
}

/**
 * A copy of what the specification calls AnyValue: texts, numbers, booleans, bytes, lists, maps and `null`. A large integer is its
 * digits. `undefined` for what is none of these.
 */
export function valueOf(given: unknown, limit: number, depth = 0): unknown {
  switch (typeof given) {
    case "string":
      return textOf(given, limit);
    case "number":
    case "boolean":
      return given;
    case "bigint":
      return String(given);
    case "object":
      return given === null || depth >= DEPTH ? null : objectOf(given, limit, depth + 1);
    default:
      return undefined;
  }
}

function objectOf(given: object, limit: number, depth: number): unknown {
  if (given instanceof Uint8Array) return given.slice(0, limit);
  if (given instanceof Date) return Number.isNaN(given.getTime()) ? null : given.toISOString();
  // The place of the others is kept.
  if (Array.isArray(given)) return Array.from(given, (member) => valueOf(member, limit, depth) ?? null);
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(given)) {
    const value = valueOf(member, limit, depth);
    if (value !== undefined) put(copy, textOf(name), value);
  }
  return copy;
}

/** Also for the one name that an assignment does not make a member. */
function put(into: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") Object.defineProperty(into, name, { value, enumerable: true, writable: true, configurable: true });
  else into[name] = value;
}

export interface AttributeLimits {
  readonly attributes: number;
  readonly attributeLength: number;
}

/** Attributes that are being collected. */
export interface AttributeSet {
  readonly values: Record<string, unknown>;
  size: number;
  dropped: number;
}

export function attributeSet(): AttributeSet {
  return { values: {}, size: 0, dropped: 0 };
}

/** Adds or replaces all that the API calls valid: with a name, and with a value. */
export function setAll(set: AttributeSet, given: unknown, limits: AttributeLimits): void {
  if (typeof given !== "object" || given === null) return;
  try {
    for (const name of Object.keys(given)) setOne(set, name, (given as Readonly<Record<string, unknown>>)[name], limits);
  } catch {
    // What cannot be read is not told.
    set.dropped += 1;
  }
}

// oxlint-disable-next-line max-params -- on the path of every attribute of every span: no object for its options
export function setOne(set: AttributeSet, name: unknown, given: unknown, limits: AttributeLimits): void {
  if (given === undefined || given === null || typeof name !== "string" || name === "") return;
  const { values } = set;
  const known = Object.hasOwn(values, name);
  if (!known && set.size >= limits.attributes) {
    set.dropped += 1;
    return;
  }
  const value = readable(given, limits.attributeLength);
  if (value === undefined) set.dropped += 1;
  else {
    put(values, name.isWellFormed() ? name : name.toWellFormed(), value);
    if (!known) set.size += 1;
  }
}

function readable(given: unknown, limit: number): unknown {
  if (typeof given === "string" || typeof given === "number" || typeof given === "boolean") return valueOf(given, limit);
  try {
    return valueOf(given, limit);
  } catch {
    return undefined;
  }
}

/** A copy of those that are valid. */
export function attributesOf(given: unknown, limits: AttributeLimits): AttributeSet {
  const set = attributeSet();
  setAll(set, given, limits);
  return set;
}

/** The attributes by which the conventions tell of an exception. */
export function exceptionAttributes(exception: unknown): Attributes {
  if (exception === undefined || exception === null) return {};
  if (typeof exception === "string") return { [names.message]: exception };
  try {
    const { code, name, message, stack } = exception as Extract<Exception, object>;
    return { [names.type]: code === undefined ? name : String(code), [names.message]: message, [names.stacktrace]: stack };
  } catch {
    return {};
  }
}
