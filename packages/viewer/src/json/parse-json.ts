import type { Json } from "@dad/protocol";

/** The value of a JSON text; `undefined` of what is none. */
export function parseJson(text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}

/** The text of a JSON value, to be read; `undefined` of one that is deeper than the stack. */
export function writtenJson(value: Json): string | undefined {
  try {
    return JSON.stringify(value, undefined, 2);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member that the value itself has: `constructor` is none of every object. */
export function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function textMember(value: Json | undefined, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === "string" ? member : undefined;
}

export function listMember(value: Json | undefined, key: string): readonly Json[] {
  const member = memberOf(value, key);
  return Array.isArray(member) ? (member as readonly Json[]) : [];
}
