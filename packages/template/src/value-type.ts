import type { Json } from "@dad/protocol";

export type ValueType = "null" | "boolean" | "number" | "text" | "list" | "object";

export function typeOf(value: Json): ValueType {
  if (value === null) return "null";
  if (typeof value === "string") return "text";
  if (typeof value === "object") return isList(value) ? "list" : "object";
  return typeof value === "number" ? "number" : "boolean";
}

/** In words: `it is …`. Values themselves are in no message: they may be secret, or large. */
export const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  null: "null",
  boolean: "true or false",
  number: "a number",
  text: "a text",
  list: "a list",
  object: "an object",
};

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
