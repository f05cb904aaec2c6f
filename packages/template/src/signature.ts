import type { Json } from "@dad/protocol";
import type { TemplateError } from "./errors.ts";
import type { Meter } from "./meter.ts";

/** What a function of the language may be given. */
interface Kinds {
  readonly any: Json;
  readonly number: number;
  /** A number without a fraction. */
  readonly whole: number;
  readonly text: string;
  readonly list: readonly Json[];
  readonly object: Readonly<Record<string, Json>>;
  /** `(item, index) => …` */
  readonly function: (item: Json, index: number) => Json;
  /** `(item, index) => …`, which says true or false. */
  readonly test: (item: Json, index: number) => boolean;
}

export type Kind = keyof Kinds;
/** With `?`: it can be left out. */
export type ParameterKind = Kind | `${Kind}?`;
type Given<Parameter> = Parameter extends `${infer Optional extends Kind}?`
  ? Kinds[Optional] | undefined
  : Parameter extends Kind
    ? Kinds[Parameter]
    : never;

/** What the evaluation does for a function of the language. */
export interface Calling {
  readonly meter: Meter;
  /** The error for arguments that it cannot do with. */
  wrong(problem: string): TemplateError;
}

/** A function of the language. The value that a method is called on is its first argument. */
export interface Signature {
  readonly parameters: readonly ParameterKind[];
  call(calling: Calling, values: readonly unknown[]): Json;
}

export type Signatures = Readonly<Record<string, Signature>>;

/** A function that is called with values of these kinds, and with nothing else. */
export function takes<const Parameters extends readonly ParameterKind[]>(
  parameters: Parameters,
  call: (calling: Calling, values: { [Index in keyof Parameters]: Given<Parameters[Index]> }) => Json,
): Signature {
  // The evaluation converts arguments by `parameters` before it calls.
  return { parameters, call: call };
}

/** Whether a parameter can be left out, and what it takes otherwise. */
export function kindOf(parameter: ParameterKind): { readonly kind: Kind; readonly optional: boolean } {
  const optional = parameter.endsWith("?");
  return { kind: (optional ? parameter.slice(0, -1) : parameter) as Kind, optional };
}

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  any: "a value",
  number: "a number",
  whole: "a whole number",
  text: "a text",
  list: "a list",
  object: "an object",
  function: "a function (x => …)",
  test: "a function (x => …) that says true or false",
};

export function kindName(kind: Kind): string {
  return KIND_NAMES[kind];
}
