import type { Attributes, Exception } from "@opentelemetry/api";
import { ATTRIBUTES } from "../conventions.ts";

const { exception: names } = ATTRIBUTES;

/** How deep maps and lists may be inside each other. What is deeper is left out, and so is what goes in circles. */
export const DEPTH = 32;

/** How many members the maps and lists of one value may have, all together: what is in it twice counts twice. What is beyond is left out. */
export const MEMBERS = 10_000;

/** How long all texts in one value may be together, in those that a single one may have. */
const TEXTS = 64;

/** How long the name of an attribute or of a member may be. What is longer is cut. */
const NAME_LENGTH = 1_024;

/** A text that every encoding can say: half characters are replaced, and what is longer than `limit` is cut between two characters. */
export function textOf(given: unknown, limit = Infinity): string {
  const text = typeof given === "string" ? given : primitiveText(given);
  if (text.length <= limit) return text.isWellFormed() ? text : text.toWellFormed();
  const end = limit > 0 && isHighSurrogate(text.charCodeAt(limit - 1)) ? limit - 1 : limit;
  return text.slice(0, end).toWellFormed();
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** What an object calls itself is up to its own code, which may take any time, throw, or tell what nobody has looked at. */
function primitiveText(given: unknown): string {
  return (typeof given === "object" && given !== null) || typeof given === "function" ? "" : String(given);
}

/**
 * A copy of what the specification calls AnyValue: texts, numbers, booleans, bytes, lists, maps and `null`. A large integer is its
 * digits. `undefined` for what is none of these. `limit` is for each text in it.
 */
export function valueOf(given: unknown, limit: number): unknown {
  return valueIn(given, { limit, members: MEMBERS, length: TEXTS * limit }, 0);
}

/** How much more of a value there may be. */
interface Room {
  readonly limit: number;
  members: number;
  length: number;
}

function valueIn(given: unknown, room: Room, depth: number): unknown {
  switch (typeof given) {
    case "string": {
      const text = textOf(given, Math.min(room.limit, room.length));
      room.length -= text.length;
      return text;
    }
    case "number":
    case "boolean":
      return given;
    case "bigint":
      return String(given);
    case "object":
      return given === null || depth >= DEPTH ? null : objectIn(given, room, depth + 1);
    default:
      return undefined;
  }
}

function objectIn(given: object, room: Room, depth: number): unknown {
  if (given instanceof Uint8Array) {
    const bytes = given.slice(0, Math.min(room.limit, room.length));
    room.length -= bytes.length;
    return bytes;
  }
  if (given instanceof Date) return Number.isNaN(given.getTime()) ? null : given.toISOString();
  if (Array.isArray(given)) return listIn(given, room, depth);
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (room.members-- <= 0) break;
    const value = valueIn((given as Readonly<Record<string, unknown>>)[name], room, depth);
    if (value !== undefined) put(copy, textOf(name, NAME_LENGTH), value);
  }
  return copy;
}

function listIn(given: readonly unknown[], room: Room, depth: number): unknown[] {
  const copy: unknown[] = [];
  // The place of the others is kept.
  for (const member of given) {
    if (room.members-- <= 0) break;
    copy.push(valueIn(member, room, depth) ?? null);
  }
  return copy;
}

/** Makes a member, also of the one name that an assignment does not make one of. */
export function put(into: Record<string, unknown>, name: string, value: unknown): void {
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

function attributeSet(): AttributeSet {
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
  const key = textOf(name, NAME_LENGTH);
  const known = Object.hasOwn(values, key);
  if (!known && set.size >= limits.attributes) {
    set.dropped += 1;
    return;
  }
  const value = readable(given, limits.attributeLength);
  if (value === undefined) set.dropped += 1;
  else {
    put(values, key, value);
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
  const plain = plainAttributes(given, limits);
  if (plain) return plain;
  const set = attributeSet();
  setAll(set, given, limits);
  return set;
}

/** Most are what they are to be already: to copy them as a whole costs half of what it costs one by one. */
function plainAttributes(given: unknown, { attributes, attributeLength }: AttributeLimits): AttributeSet | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  try {
    const values: Record<string, unknown> = { ...given };
    const names = Object.keys(values);
    if (names.length > attributes) return undefined;
    for (const name of names) if (name === "" || !isPlain(name, attributeLength) || !isPlain(values[name], attributeLength)) return undefined;
    return { values, size: names.length, dropped: 0 };
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown, limit: number): boolean {
  if (typeof value === "string") return value.length <= limit && value.isWellFormed();
  return typeof value === "number" || typeof value === "boolean";
}

/** The attributes by which the conventions tell of an exception. */
export function exceptionAttributes(exception: unknown): Attributes {
  if (exception === undefined || exception === null) return {};
  if (typeof exception === "string") return { [names.message]: exception };
  try {
    const { code, name, message, stack } = exception as Extract<Exception, object>;
    return { [names.type]: code === undefined ? name : textOf(code), [names.message]: message, [names.stacktrace]: stack };
  } catch {
    return {};
  }
}
