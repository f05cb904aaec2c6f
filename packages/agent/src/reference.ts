import { DefinitionError } from "./errors.ts";

declare const value: unique symbol;

/**
 * A reference to (a part of) the result of an earlier node. It is data: in text it reads
 * `$expr{$hier{plan}.operations[0]}`, and a whole setting that is a reference keeps the type.
 */
export type Reference<Value> = ReferenceText<Value> & PartsOf<NonNullable<Value>>;

/** What every reference can do: become its text, as in `` `Apply ${nodes.plan.summary}` ``. */
export interface ReferenceText<Value> {
  readonly [value]?: Value;
  toString(): string;
  toJSON(): string;
}

// Of `null` alone nothing is left to have parts.
type PartsOf<Value> = [Value] extends [never]
  ? unknown
  : Value extends readonly (infer Item)[]
    ? { readonly [index: number]: Reference<Item>; readonly length: Reference<number> }
    : Value extends object
      ? { readonly [Key in keyof Value & string as Key extends "toString" | "toJSON" ? never : Key]-?: Reference<Exclude<Value[Key], undefined>> }
      : unknown;

/** A value, or a reference to one, at every depth. */
export type Bindable<Value> =
  | Reference<Value>
  | (Value extends readonly (infer Item)[]
      ? readonly Bindable<Item>[]
      : Value extends object
        ? { readonly [Key in keyof Value]: Bindable<Value[Key]> }
        : Value);

export function referenceTo<Value>(node: string): Reference<Value> {
  return part(`$hier{${node}}`) as Reference<Value>;
}

/** References to variables: `$expr{item.path}`. */
export function referenceToVariable<Value>(name: string): Reference<Value> {
  return part(name) as Reference<Value>;
}

/** A reference to the value of any expression. */
export function referenceToExpression<Value>(expression: string): Reference<Value> {
  return part(expression) as Reference<Value>;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const INDEX = /^(0|[1-9][0-9]*)$/;
/** Registered, so that two copies of this package know each other's references. */
const EXPRESSION = Symbol.for("dad.reference");

/** The text of a reference, or `undefined` for anything else. */
export function expressionOf(value: unknown): string | undefined {
  return typeof value === "object" && value !== null ? (value as { readonly [EXPRESSION]?: string })[EXPRESSION] : undefined;
}

function part(expression: string): unknown {
  const text = `$expr{${expression}}`;
  return new Proxy(Object.freeze({}), {
    get(_target, key) {
      if (key === EXPRESSION) return text;
      if (key === "toString" || key === "toJSON") return () => text;
      if (key === Symbol.toPrimitive) return (hint: string) => (hint === "number" ? refuseNumber(expression) : text);
      if (typeof key === "symbol") return undefined;
      if (INDEX.test(key)) return part(`${expression}[${key}]`);
      return part(IDENTIFIER.test(key) ? `${expression}.${key}` : `${expression}[${JSON.stringify(key)}]`);
    },
  });
}

/** Nothing is there yet when a definition is made: what was computed of it would be `NaN`, and every comparison false. */
function refuseNumber(expression: string): never {
  throw new DefinitionError(
    `a reference has no value yet when a definition is made: compute with it in an expression, such as "$expr{${expression} > 3}"`,
    {
      expression,
    },
  );
}
