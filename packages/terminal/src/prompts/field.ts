import type { Json } from "@dad/protocol";
import { schemaProblems, standalone } from "./answer-problems.ts";
import type { Dialog } from "./dialog.ts";
import { descriptionOf, type JsonSchema } from "./json-schema.ts";
import { valueText } from "./way-to-ask.ts";

/** A value that is asked for, or a part of it. */
export interface Field {
  /** Where it is in what is asked for; empty for the whole. */
  readonly label: string;
  /** Resolved. */
  readonly schema: JsonSchema;
  /** It may be left out. `last`: there are no more of them then. */
  readonly optional?: boolean | "last";
  /** What was given before, or stands in its place when it is left out. */
  readonly initial?: Json | undefined;
}

export interface Asking {
  readonly dialog: Dialog;
  /** What the schemas of fields refer into. */
  readonly root: JsonSchema;
  /** What is asked, in place of the label of the whole. */
  readonly prompt: string;
  /** `undefined` for what is left out. */
  ask(field: Field): Promise<Json | undefined>;
}

/** What Enter does where nothing is written. */
export const NO_MORE = "Enter: no more";
export const LEAVE_OUT = "Enter leaves it out";

export function labelOf({ label }: Field, { prompt }: Asking): string {
  return label === "" ? prompt : label;
}

export function memberLabel({ label }: Field, name: string | number): string {
  if (typeof name === "number") return `${label === "" ? "item" : label} ${name + 1}`;
  return label === "" ? name : `${label}.${name}`;
}

/** What is known of a field besides its name. */
export function hintOf({ schema }: Pick<Field, "schema">): string | undefined {
  const parts = [descriptionOf(schema), defaultText(schema)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" · ");
}

function defaultText(schema: JsonSchema): string | undefined {
  return schema.default === undefined ? undefined : `default: ${valueText(schema.default)}`;
}

/** Why a value of this field is none, for people. */
export function fieldProblem({ schema }: Field, root: JsonSchema, value: Json): string | undefined {
  const problems = schemaProblems(standalone(schema, root), value);
  return problems.length === 0 ? undefined : problems.join("; ");
}
