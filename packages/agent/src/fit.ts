import { assertJson, type Json, messageOf } from "@dad/protocol";
import { z } from "zod";
import type { VariableDefinition } from "./definition.ts";
import { unknownMembers } from "./schema-problems.ts";

/** Data that a schema makes of a value, with its defaults and transforms; or why it makes none. */
export function fitted(schema: z.ZodType, value: unknown): { readonly data: Json } | { readonly problem: string } {
  try {
    const { data, error } = schema.safeParse(value);
    if (error) return { problem: problemsOf(error, schema) };
    assertJson(data);
    return { data };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}

/** What a variable makes of a value that is given for it; or why it takes none such. A plain default says what kind of value is meant. */
export function valueOfVariable({ schema, default: usual }: VariableDefinition, value: Json): ReturnType<typeof fitted> {
  if (schema) return fitted(schema, value);
  const [kind, usually] = [kindOf(value), kindOf(usual)];
  if (usually === undefined || kind === usually) return { data: value };
  return { problem: `it is ${kind ?? "of another kind"}, and its default is ${usually}: declare it with variable() if both are meant` };
}

const KINDS: Readonly<Record<string, string>> = { string: "a text", number: "a number", boolean: "a boolean" };

function kindOf(value: Json | undefined): string | undefined {
  return KINDS[typeof value];
}

/** Why a value does not fit a schema, or `undefined`. What the schema makes of it need be no data. */
export function misfit(schema: z.ZodType, value: unknown): string | undefined {
  try {
    const { error } = schema.safeParse(value);
    return error && problemsOf(error, schema);
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/**
 * Why a value cannot be what a schema gives, or `undefined`: of one that makes numbers of texts it has to be a number. What a
 * function makes is known only when it is made: of that it says nothing.
 */
export function outputMisfit(schema: z.ZodType, value: Json): string | undefined {
  try {
    const { error } = z.safeEncode(schema, value);
    return error && problemsOf(error, schema);
  } catch (thrown) {
    return thrown instanceof z.core.$ZodEncodeError ? undefined : messageOf(thrown);
  }
}

function problemsOf({ issues }: z.ZodError, schema: z.ZodType): string {
  return issues.flatMap((issue) => problemOf(issue, schema)).join("; ");
}

function problemOf(issue: z.core.$ZodIssue, schema: z.ZodType): string | string[] {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") return unknownMembers(issue.keys, { schema, path });
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}
