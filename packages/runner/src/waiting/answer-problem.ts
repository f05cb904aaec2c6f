import { canonicalJson, type InputRequest, type Json } from "@dad/protocol";
import type { z } from "zod";
import { problemsOf } from "../errors.ts";

/** What an answer has to fit. */
export interface ToFit {
  readonly request: InputRequest;
  readonly schema: z.ZodType;
}

/** Why something is no answer, or `undefined` for what is one: it fits the schema, and is among the choices, if there are any. */
export function problemOf({ request: { choices }, schema }: ToFit, value: Json): string | undefined {
  const { error } = schema.safeParse(value);
  if (error) return problemsOf(error);
  if (choices === undefined) return undefined;
  const known = new Set(choices.map((choice) => canonicalJson(choice.value)));
  // Of what is a list, each is chosen by itself.
  const chosen = Array.isArray(value) && !known.has(canonicalJson(value)) ? (value as readonly Json[]) : [value];
  const other = chosen.find((one) => !known.has(canonicalJson(one)));
  return other === undefined ? undefined : `${JSON.stringify(other)} is not among the choices`;
}
