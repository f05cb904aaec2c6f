import { nameHint, nearestName } from "@dad/protocol";
import { type Cursor, invalid } from "./cursor.ts";
import { TemplateError } from "./errors.ts";
import type { Argument } from "./expression.ts";
import { insteadOfFunction } from "./foreign.ts";
import { FUNCTIONS, METHODS } from "./functions.ts";
import { positionsIn } from "./position.ts";
import { kindName, kindOf, type ParameterKind } from "./signature.ts";
import type { Token } from "./token.ts";

/** @throws TemplateError when there is no such function, or it cannot be called with such arguments. */
export function checkFunction(cursor: Cursor, name: Token, given: readonly Argument[]): void {
  const signature = Object.hasOwn(FUNCTIONS, name.text) ? FUNCTIONS[name.text] : undefined;
  if (signature) return checkArguments(cursor, name, { given, forms: [signature.parameters] });
  const other = methodForms(name.text).length > 0 ? `it is a method: write value.${name.text}(…)` : undefined;
  const hint = insteadOfFunction(name.text) ?? other;
  throw unknown(cursor, name, { what: `there is no function ${name.text}()`, hint, names: Object.keys(FUNCTIONS) });
}

/** As `checkFunction`; which types have the method is known when it is called. */
export function checkMethod(cursor: Cursor, name: Token, given: readonly Argument[]): void {
  const forms = methodForms(name.text);
  if (forms.length > 0) return checkArguments(cursor, name, { given, forms });
  const hint = Object.hasOwn(FUNCTIONS, name.text) ? `it is a function: write ${name.text}(…)` : undefined;
  const names = Object.values(METHODS).flatMap((methods) => Object.keys(methods));
  throw unknown(cursor, name, { what: `nothing has a method ${name.text}()`, hint, names: [...new Set(names)] });
}

/** What a method of that name takes besides the value that it is called on, for each type that has one. */
function methodForms(name: string): readonly (readonly ParameterKind[])[] {
  return Object.values(METHODS).flatMap((methods) => {
    const signature = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return signature ? [signature.parameters.slice(1)] : [];
  });
}

interface Use {
  readonly given: readonly Argument[];
  readonly forms: readonly (readonly ParameterKind[])[];
}

function checkArguments({ text }: Cursor, name: Token, { given, forms }: Use): void {
  if (forms.some((parameters) => fits(parameters, given))) return;
  const wanted = forms.map((parameters) => (parameters.length === 0 ? "nothing" : parameters.map(parameterName).join(", "))).join(", or ");
  throw invalid(text, name.offset, `${name.text}() takes ${wanted}${given.length === 0 ? "; here is nothing" : ""}`);
}

function fits(parameters: readonly ParameterKind[], given: readonly Argument[]): boolean {
  if (given.length > parameters.length) return false;
  return parameters.every((parameter, index) => {
    const { kind, optional } = kindOf(parameter);
    const argument = given[index];
    return argument ? (argument.kind === "lambda") === (kind === "function" || kind === "test") : optional;
  });
}

function parameterName(parameter: ParameterKind): string {
  const { kind, optional } = kindOf(parameter);
  return optional ? `perhaps ${kindName(kind)}` : kindName(kind);
}

interface Missing {
  readonly what: string;
  readonly hint: string | undefined;
  readonly names: readonly string[];
}

function unknown({ text }: Cursor, { text: name, offset }: Token, { what, hint, names }: Missing): TemplateError {
  const suggestion = hint === undefined ? nearestName(name, names) : undefined;
  return new TemplateError("TEMPLATE_REFERENCE_UNKNOWN", `${what}; ${hint ?? nameHint(name, names)}`, {
    position: positionsIn(text)(offset),
    details: suggestion === undefined ? {} : { suggestion },
  });
}
