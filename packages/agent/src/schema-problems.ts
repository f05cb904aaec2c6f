import { nameHint } from "@dad/protocol";
import { z } from "zod";

/** What is wrong with a value that a schema has, each with its place and what could be meant. */
export function schemaProblems(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return error?.issues.flatMap((issue) => problemsOf(issue, { schema, value, path: [] })) ?? [];
}

interface Checked {
  readonly schema: z.ZodType;
  readonly value: unknown;
  /** Where the issue's own path begins. */
  readonly path: readonly PropertyKey[];
}

function problemsOf(issue: z.core.$ZodIssue, checked: Checked): string[] {
  const path = [...checked.path, ...issue.path];
  const value = path.reduce<unknown>((at, key) => (at as Readonly<Record<PropertyKey, unknown>>)[key], checked.value);
  if (issue.code === "unrecognized_keys") return unknownMembers(issue.keys, { schema: checked.schema, path });
  if (issue.code === "invalid_union") return nearestOf(issue.errors, value).flatMap((inner) => problemsOf(inner, { ...checked, path }));
  if (issue.code === "invalid_value" && typeof value === "string")
    return [`${placeOf(path)}: ${JSON.stringify(value)} is none; ${nameHint(value, issue.values.map(String))}`];
  return [path.length === 0 ? issue.message : `${placeOf(path)}: ${issue.message}`];
}

/** What a schema has not at a place, each with what could be meant. */
export function unknownMembers(keys: readonly string[], { schema, path }: Pick<Checked, "schema" | "path">): string[] {
  const members = membersAt(schema, path);
  const hint = (key: string): string => (members.length === 0 ? "" : `; ${nameHint(key, members)}`);
  return keys.map((key) => `${placeOf([...path, key])}: there is none${hint(key)}`);
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}

/** What is wrong by the one of several forms that was meant: the others are of another type altogether. Without one, all of it. */
function nearestOf(errors: readonly (readonly z.core.$ZodIssue[])[], value: unknown): readonly z.core.$ZodIssue[] {
  const fails = (issues: readonly z.core.$ZodIssue[], code: string) => issues.some((issue) => issue.path.length === 0 && issue.code === code);
  const ofItsType = errors.filter((issues) => !fails(issues, "invalid_type") && (typeof value === "string" || !fails(issues, "invalid_value")));
  return ofItsType[0] ?? errors.flat();
}

function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrapped(schema);
  const form = inner instanceof z.ZodUnion ? inner.options.find((option) => option instanceof z.ZodObject) : inner;
  if (!(form instanceof z.ZodObject)) return [];
  const [key, ...others] = path;
  const { shape } = form as z.ZodObject<Readonly<Record<PropertyKey, z.ZodType>>>;
  if (key === undefined) return Object.keys(shape);
  const member = shape[key];
  return member === undefined ? [] : membersAt(member, others);
}

/** What it is of a value that is given. */
function unwrapped(schema: z.ZodType): z.ZodType {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapped ? unwrapped(schema.unwrap() as z.ZodType) : schema;
}
