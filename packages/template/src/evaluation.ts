import type { Json } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import type { Span } from "./expression.ts";
import type { Meter } from "./meter.ts";
import { positionsIn } from "./position.ts";
import type { Scope } from "./scope.ts";
import { TYPE_NAMES, typeOf } from "./value-type.ts";

/** What the expressions of one template are evaluated with. */
export interface Evaluation {
  /** The text of the template. */
  readonly text: string;
  readonly scope: Scope;
  readonly meter: Meter;
  /** The values of the parameters of the functions around, by slot. A function is only called while what is around it is evaluated. */
  readonly locals: Json[];
}

/** A value that an expression cannot do with. */
export function wrongValue({ text }: Evaluation, { offset }: Pick<Span, "offset">, problem: string): TemplateError {
  return new TemplateError("TEMPLATE_VALUE_INVALID", problem, { position: positionsIn(text)(offset) });
}

/** `` `a.b` is a text ``, for messages. */
export function typed(evaluation: Evaluation, span: Span, value: Json): string {
  return `\`${written(evaluation, span)}\` is ${TYPE_NAMES[typeOf(value)]}`;
}

const LONGEST = 60;

/** A part of the template, as it is written. */
export function written({ text }: Evaluation, { offset, end }: Span): string {
  const part = text.slice(offset, Math.min(end, offset + LONGEST)).trim();
  return end - offset > LONGEST ? `${part}…` : part;
}

/** True or false, and nothing that could pass for it. @throws TemplateError (`TEMPLATE_VALUE_INVALID`) with a `hint` by type. */
export function truth(evaluation: Evaluation, value: Json, { span, hint }: { readonly span: Span; readonly hint?: string | undefined }): boolean {
  if (typeof value === "boolean") return value;
  const advice = hint ?? HINTS[typeOf(value)];
  throw wrongValue(evaluation, span, `${typed(evaluation, span, value)}, not true or false; ${advice}`);
}

const HINTS = {
  null: "write … != null",
  boolean: "",
  number: "write … != 0",
  text: 'write … != ""',
  list: "write ….length > 0",
  object: "write … != null",
} as const;
