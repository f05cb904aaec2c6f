import type { Json } from "@dad/protocol";

export type Kind = "null" | "boolean" | "number" | "text" | "list" | "object";

const WORDS: Readonly<Record<Kind, string>> = {
  null: "null",
  boolean: "true or false",
  number: "a number",
  text: "a text",
  list: "a list",
  object: "an object",
};

/** For messages: `it is …`. */
export function inWords(kinds: readonly Kind[]): string {
  return kinds.map((kind) => WORDS[kind]).join(" or ");
}

/** What is known of a value before anything runs. */
export interface Shape {
  /** What it can be; `undefined` when nobody knows. */
  readonly kinds: readonly Kind[] | undefined;
  /** All that it can be, where that is known. */
  readonly values?: readonly Json[] | undefined;
  /** The names of its parts, as far as they are known. */
  names(): readonly string[];
  /** What a part of it is, by its key or its index; `undefined` when it can have none of that. */
  part(key: string | number): Shape | undefined;
}

const NO_PARTS = { names: () => [], part: () => undefined };
export const ANYTHING: Shape = { kinds: undefined, names: () => [], part: () => ANYTHING };
export const NUMBER: Shape = { kinds: ["number"], ...NO_PARTS };
export const TEXT: Shape = { kinds: ["text"], names: () => [], part: (key) => (key === "length" ? NUMBER : undefined) };
export const BOOLEAN: Shape = { kinds: ["boolean"], values: [true, false], ...NO_PARTS };

export function list(item: () => Shape): Shape {
  return { kinds: ["list"], names: () => [], part: (key) => (typeof key === "number" ? item() : key === "length" ? NUMBER : undefined) };
}

/** @param names Those that are known; there may be others. */
export function object(names: () => readonly string[], part: (key: string) => Shape | undefined): Shape {
  return { kinds: ["object"], names, part: (key) => part(String(key)) };
}

/** A value that is one of these, and nobody knows which: it has the parts that one of them has. */
export function oneOf(shapes: readonly Shape[]): Shape {
  const [only] = shapes;
  if (shapes.length < 2) return only ?? ANYTHING;
  const kinds = allOf(shapes.map((shape) => shape.kinds));
  if (kinds === undefined) return ANYTHING;
  return {
    kinds: [...new Set(kinds)],
    values: allOf(shapes.map((shape) => shape.values)),
    names: () => [...new Set(shapes.flatMap((shape) => shape.names()))],
    part(key) {
      const parts = shapes.flatMap((shape) => shape.part(key) ?? []);
      return parts.length === 0 ? undefined : oneOf(parts);
    },
  };
}

/** All of them together, if none is missing. */
function allOf<Value>(lists: readonly (readonly Value[] | undefined)[]): readonly Value[] | undefined {
  return lists.includes(undefined) ? undefined : lists.flatMap((values) => values ?? []);
}

/** The shape of a value that is known. */
export function shapeOfValue(value: Json): Shape {
  return shapeOfData(value, (text) => ({ ...TEXT, values: [text] }));
}

/** The shape of a value in which texts stand for something else. */
export function shapeOfData(value: Json, ofText: (text: string) => Shape): Shape {
  if (value === null) return { kinds: ["null"], values: [null], ...NO_PARTS };
  if (typeof value === "string") return ofText(value);
  if (typeof value === "number") return { ...NUMBER, values: [value] };
  if (typeof value === "boolean") return { ...BOOLEAN, values: [value] };
  if (isList(value)) return list(() => oneOf(value.map((item) => shapeOfData(item, ofText))));
  return object(
    () => Object.keys(value),
    (key) => (Object.hasOwn(value, key) ? shapeOfData(value[key] ?? null, ofText) : undefined),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
