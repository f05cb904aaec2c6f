import type { Json } from "@dad/protocol";
import type { TemplateError } from "./errors.ts";
import { type Evaluation, truth, typed, wrongValue } from "./evaluation.ts";
import type { Call, MethodCall, Span } from "./expression.ts";
import { FUNCTIONS, METHODS } from "./functions.ts";
import { type Kind, kindName, kindOf, type Signature } from "./signature.ts";
import { isList, TYPE_NAMES, typeOf } from "./value-type.ts";

/** What an argument is when the call begins: a value, or a function that can be called until the call ends. */
export interface Supplied {
  readonly span: Span;
  readonly value: Json | ((item: Json, index: number) => Json);
}

/** Calls a function by its name. Which there are, and with how many arguments, the parser has checked. */
export function callFunction(evaluation: Evaluation, call: Call, supplied: readonly Supplied[]): Json {
  const signature = FUNCTIONS[call.name];
  if (!signature) throw new TypeError(`there is no function ${call.name}: the expression is not from parseTemplate`);
  return apply(evaluation, { name: call.name, signature, span: call }, supplied);
}

/** Calls a method of the type of the first value. @throws TemplateError (`TEMPLATE_VALUE_INVALID`) when that type has none. */
export function callMethod(evaluation: Evaluation, call: MethodCall, [receiver, ...others]: readonly [Receiver, ...Supplied[]]): Json {
  const methods = METHODS[typeOf(receiver.value)] ?? {};
  const signature = Object.hasOwn(methods, call.name) ? methods[call.name] : undefined;
  if (!signature) throw noMethod(evaluation, call, receiver);
  return apply(evaluation, { name: call.name, signature, span: call }, [receiver, ...others]);
}

/** What a method is called on. */
export interface Receiver extends Supplied {
  readonly value: Json;
}

/** What is wrong when the type of a value does not have a method. */
export function noMethod(evaluation: Evaluation, { name, offset }: MethodCall, { span, value }: Receiver): TemplateError {
  const types = (["list", "text", "object"] as const).filter((type) => Object.hasOwn(METHODS[type] ?? {}, name));
  const having = types.map((type) => TYPE_NAMES[type]).join(" or ");
  return wrongValue(evaluation, { offset }, `${typed(evaluation, span, value)}, and only ${having} has ${name}()`);
}

interface Application {
  readonly name: string;
  readonly signature: Signature;
  readonly span: Span;
}

function apply(evaluation: Evaluation, application: Application, supplied: readonly Supplied[]): Json {
  const { name, signature, span } = application;
  const values = supplied.map((argument, index) =>
    converted(evaluation, argument, { name, kind: kindOf(signature.parameters[index] ?? "any").kind }),
  );
  const wrong = (problem: string) => wrongValue(evaluation, span, `${name}(): ${problem}`);
  const result = signature.call({ meter: evaluation.meter, wrong }, values);
  return typeof result === "number" ? plainNumber(result, () => wrong("the result is too large a number")) : result;
}

/** A number that JSON has: no infinity, and one zero. */
export function plainNumber(value: number, tooLarge: () => Error): number {
  if (!Number.isFinite(value)) throw tooLarge();
  return value === 0 ? 0 : value;
}

function converted(evaluation: Evaluation, { span, value }: Supplied, { name, kind }: { readonly name: string; readonly kind: Kind }): unknown {
  if (typeof value === "function") {
    return kind === "test" ? (item: Json, index: number) => truth(evaluation, value(item, index), { span }) : value;
  }
  if (IS[kind]?.(value) ?? true) return value;
  throw wrongValue(evaluation, span, `${typed(evaluation, span, value)}; ${name}() takes ${kindName(kind)} here`);
}

const IS: Readonly<Partial<Record<Kind, (value: Json) => boolean>>> = {
  number: (value) => typeof value === "number",
  whole: (value) => Number.isSafeInteger(value),
  text: (value) => typeof value === "string",
  list: isList,
  object: (value) => typeOf(value) === "object",
};
