import { type Json, nameHint } from "@dad/protocol";
import { isReservedWord } from "@dad/template";
import type { z } from "zod";
import { dataOf } from "./data.ts";
import type { Bindings, ComponentDefinition, VariableDefinition } from "./definition.ts";
import { DefinitionError } from "./errors.ts";
import { fitted } from "./fit.ts";

const VARIABLE = Symbol.for("dad.variable");

/** A declared variable: made by `variable`, and given as a member of `variables`. */
export interface Variable<Value = unknown, Given = Value> {
  readonly [VARIABLE]: VariableDefinition;
  /** Only types: of what templates see, and of what is given for it. */
  readonly value?: Value;
  readonly given?: Given;
}

/**
 * Declares a variable. Without a default somebody has to give its value, or nothing runs: who uses the component
 * (`flow.with({ … })`), or a static input. Every value has to fit the schema; templates see what the schema makes of it, with its
 * defaults and transforms.
 *
 *     flow("fix", { variables: { task: variable(z.string()), depth: variable(z.int(), 3), tone: "neutral" } })
 */
export function variable<Schema extends z.ZodType = z.ZodType<Json, Json>>(
  schema?: Schema,
  value?: z.input<Schema>,
): Variable<z.output<Schema>, z.input<Schema>> {
  const definition = { ...(schema === undefined ? {} : { schema }), ...(value === undefined ? {} : { default: value as Json }) };
  return Object.freeze({ [VARIABLE]: Object.freeze(definition) });
}

/** What a component declares: a default value, or what `variable` made. */
export type Variables = Readonly<Record<string, Json | Variable>>;

/** The types of the values of declared variables. */
export type ValuesOf<Declared> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Variable<infer Value, unknown> ? Value : Widened<Declared[Name]>;
};

/** The types of what can be given for them: a schema may add to it. */
export type GivenFor<Declared> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Variable<unknown, infer Given> ? Given : Widened<Declared[Name]>;
};

/** A default says what kind of value there is, and not which. `null` and an empty list say nothing of it. */
type Widened<Value> = Value extends string
  ? string
  : Value extends number
    ? number
    : Value extends boolean
      ? boolean
      : Value extends null
        ? Json
        : Value extends readonly (infer Item)[]
          ? readonly ([Item] extends [never] ? Json : Widened<Item>)[]
          : { readonly [Key in keyof Value]: Widened<Value[Key]> };

/** What `$var{…}` can name. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws DefinitionError (`DEFINITION_INVALID`) for a name that none can have, or a default that does not fit. */
export function declaredVariables(variables: Variables, owner: string): Readonly<Record<string, VariableDefinition>> {
  const declared = Object.entries(variables).map(([name, given]) => [
    checkedName(name, owner),
    declaration(given, `the variable "${name}" of ${owner}`),
  ]);
  return Object.freeze(Object.fromEntries(declared) as Record<string, VariableDefinition>);
}

function declaration(given: Json | Variable | undefined, owner: string): VariableDefinition {
  if (given === undefined) throw new DefinitionError(`${owner} is undefined: give it a value, or declare with variable() that somebody else has to`);
  if (!isVariable(given)) return Object.freeze({ default: dataOf(given, owner) });
  const { schema, default: value } = given[VARIABLE];
  if (value === undefined) return given[VARIABLE];
  const data = dataOf(value, owner);
  const fit = schema && fitted(schema, data);
  if (fit && "problem" in fit) throw new DefinitionError(`the default of ${owner} does not fit: ${fit.problem}`);
  return Object.freeze({ ...(schema === undefined ? {} : { schema }), default: data });
}

function isVariable(value: unknown): value is Variable {
  return typeof value === "object" && value !== null && VARIABLE in value;
}

/** @throws DefinitionError (`DEFINITION_INVALID`). */
export function checkedName(name: string, owner: string): string {
  if (NAME.test(name) && !isReservedWord(name)) return name;
  if (NAME.test(name)) throw new DefinitionError(`${owner} cannot have the variable "${name}": that is a word of templates`, { name });
  throw new DefinitionError(
    `${owner} cannot have the variable ${JSON.stringify(name)}: a name has letters, digits and '_', and begins with no digit`,
    { name },
  );
}

/**
 * What a use of a component keeps of the values that it gives for its variables.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for a variable that the component has not, and for what JSON cannot carry.
 */
export function checkedBindings(given: Readonly<Record<string, unknown>>, { variables }: ComponentDefinition, owner: string): Bindings {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(variables, name));
  if (unknown !== undefined)
    throw new DefinitionError(
      `${owner} has no variable ${JSON.stringify(unknown)} to give a value for; ${nameHint(unknown, Object.keys(variables))}`,
      { name: unknown },
    );
  return dataOf(given, `what is given to ${owner}`) as Bindings;
}
