import { canonicalJson, type Json } from "@dad/protocol";

declare const value: unique symbol;

/**
 * A reference to (a part of) the result of an earlier node. It is data: in text it reads
 * `$expr{$hier{plan}.operations[0]}`, and a whole setting that is a reference keeps the type.
 */
export type Reference<Value> = { readonly [value]?: Value; toString(): string; toJSON(): string } & PartsOf<Value>;

type PartsOf<Value> = Value extends readonly (infer Item)[]
  ? { readonly [index: number]: Reference<Item> }
  : Value extends object
    ? { readonly [Key in keyof Value & string as Key extends "toString" | "toJSON" ? never : Key]-?: Reference<Exclude<Value[Key], undefined>> }
    : unknown;

/** A value, or a reference to one, at every depth. */
export type Bindable<Value> =
  | Reference<Value>
  | (Value extends readonly (infer Item)[] ? readonly Bindable<Item>[] : Value extends object ? { readonly [Key in keyof Value]: Bindable<Value[Key]> } : Value);

export function referenceTo<Value>(node: string): Reference<Value> {
  return part(`$hier{${node}}`) as Reference<Value>;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const INDEX = /^(0|[1-9][0-9]*)$/;

function part(expression: string): unknown {
  const text = () => `$expr{${expression}}`;
  return new Proxy(Object.freeze({}), {
    get(_target, key) {
      if (key === "toString" || key === "toJSON" || key === Symbol.toPrimitive) return text;
      if (typeof key === "symbol") return undefined;
      if (INDEX.test(key)) return part(`${expression}[${key}]`);
      return part(IDENTIFIER.test(key) ? `${expression}.${key}` : `${expression}[${JSON.stringify(key)}]`);
    },
  });
}

/** Settings as plain data: references become their text. @throws TypeError for what JSON cannot carry. */
export function dataOf(settings: unknown): Json {
  const data = JSON.parse(JSON.stringify(settings ?? null)) as Json;
  canonicalJson(data);
  return freeze(data);
}

function freeze(data: Json): Json {
  if (typeof data !== "object" || data === null) return data;
  for (const member of Object.values(data)) freeze(member as Json);
  return Object.freeze(data);
}
