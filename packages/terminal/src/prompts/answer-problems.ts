import { canonicalJson, type InputRequest, isJsonObject, type Json, nameHint } from "@dad/protocol";
import { z } from "zod";
import { type JsonSchema, resolvedSchema } from "./json-schema.ts";

/**
 * What is wrong with an answer to a request, each with its place; nothing when it fits the schema, and the choices if there are any.
 * What a JSON Schema cannot say is not known here: the run checks that when it takes the answer.
 */
export function answerProblems({ schema, choices }: Pick<InputRequest, "schema" | "choices">, value: Json): string[] {
  const problems = schemaProblems(schema, value);
  if (problems.length > 0 || choices === undefined) return problems;
  const known = new Set(choices.map((choice) => canonicalJson(choice.value)));
  const isNone = (chosen: Json): boolean => !known.has(canonicalJson(chosen));
  const none = isListOf(schema) && Array.isArray(value) ? value.filter(isNone) : [value].filter(isNone);
  return none.map((chosen) => {
    const word = typeof chosen === "string" ? chosen : JSON.stringify(chosen);
    const words = choices.map((choice) => (typeof choice.value === "string" ? choice.value : JSON.stringify(choice.value)));
    return `${JSON.stringify(chosen)} is not among the choices; ${nameHint(word, words)}`;
  });
}

/** Of what fits this schema, several choices are one answer. */
export function isListOf(schema: JsonSchema): boolean {
  return resolvedSchema(schema, schema).type === "array";
}

/** What is wrong with a value by a JSON Schema, each with its place. What of the schema cannot be checked is left to the run. */
export function schemaProblems(schema: JsonSchema, value: Json): string[] {
  const checked = zodSchema(schema)?.safeParse(value);
  return checked?.error?.issues.flatMap((issue) => problemsOf(issue, [])) ?? [];
}

function zodSchema(schema: JsonSchema): z.ZodType | undefined {
  try {
    return z.fromJSONSchema(schema, { registry: z.registry() });
  } catch {
    // Conditions and negations, say, or a pattern that is none in JavaScript.
    return undefined;
  }
}

function problemsOf(issue: z.core.$ZodIssue, outer: readonly PropertyKey[]): string[] {
  const path = [...outer, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) return nearestOf(issue.errors).flatMap((inner) => problemsOf(inner, path));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => placed([...path, key], "there is no such member"));
  return [placed(path, issue.message.replace(/^Invalid input: /, ""))];
}

function placed(path: readonly PropertyKey[], message: string): string {
  return path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`;
}

/** What is wrong by the one of several forms that was meant: the others are of another type, or say so in the member that tells them apart. */
function nearestOf(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const isOther = (issue: z.core.$ZodIssue): boolean =>
    (issue.path.length === 0 && issue.code === "invalid_type") || (issue.path.length <= 1 && issue.code === "invalid_value");
  const [meant, ...others] = forms.filter((issues) => !issues.some(isOther));
  if (meant && others.length === 0) return meant;
  const fewest = Math.min(...forms.map((issues) => issues.length));
  return meant ?? (forms.find((issues) => issues.length === fewest) ?? []).concat();
}

/** The schema of a part, which can be checked by itself. */
export function standalone(schema: JsonSchema, root: JsonSchema): JsonSchema {
  return isJsonObject(root.$defs) ? { ...schema, $defs: root.$defs } : schema;
}
