import { isJsonObject, type Json } from "@dad/protocol";

/** A JSON Schema (2020-12) that is an object. */
export type JsonSchema = Readonly<Record<string, Json>>;

/** References that lead to themselves have no end. */
const MOST_STEPS = 50;

/**
 * A schema with what it refers to in its place, and what all of its parts say together in one. `true` says nothing. What it consists
 * of (`properties`, `items`, …) may refer again.
 */
export function resolvedSchema(schema: Json | undefined, root: JsonSchema): JsonSchema {
  let resolved = isJsonObject(schema) ? schema : {};
  for (let step = 0; step < MOST_STEPS && typeof resolved.$ref === "string"; step++) {
    const { $ref, ...own } = resolved;
    resolved = { ...referredTo($ref, root), ...own };
  }
  const { allOf, ...own } = resolved;
  return Array.isArray(allOf) ? allOf.map((part) => resolvedSchema(part, root)).reduce(together, own) : resolved;
}

function referredTo(reference: Json | undefined, root: JsonSchema): JsonSchema {
  if (typeof reference !== "string" || !reference.startsWith("#")) return {};
  const steps = reference.split("/").slice(1);
  const found = steps.reduce<Json | undefined>(
    (at, step) => (isJsonObject(at) ? at[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
    root,
  );
  return isJsonObject(found) ? found : {};
}

function together(one: JsonSchema, other: JsonSchema): JsonSchema {
  const both: Record<string, Json> = { ...one, ...other };
  if (isJsonObject(one.properties) && isJsonObject(other.properties)) both.properties = { ...one.properties, ...other.properties };
  if (Array.isArray(one.required) && Array.isArray(other.required)) both.required = [...one.required, ...other.required];
  return both;
}

/** The schemas of the members of an object, in order. */
export function membersOf({ properties, required }: JsonSchema): readonly (readonly [name: string, schema: Json])[] {
  return isJsonObject(properties) ? inOrder(Object.entries(properties), required) : [];
}

/**
 * The members as somebody wrote them: a journal keeps those of objects by their names, and lists as they are. So where the list of what is
 * required has another order, that goes first.
 */
export function inOrder<Member>(members: readonly (readonly [name: string, member: Member])[], required: unknown) {
  if (!Array.isArray(required)) return members;
  const listed = members.flatMap(([name]) => (required.includes(name) ? [required.indexOf(name)] : []));
  if (listed.every((at, index) => index === 0 || at > (listed[index - 1] ?? 0))) return members;
  const place = ([name]: readonly [string, Member]): number => required.indexOf(name) + 1 || Infinity;
  return members.toSorted((one, other) => (place(one) === place(other) ? 0 : place(one) - place(other)));
}

export function isRequired(name: string, { required }: JsonSchema): boolean {
  return Array.isArray(required) && required.includes(name);
}

export function descriptionOf({ description }: JsonSchema): string | undefined {
  return typeof description === "string" && description !== "" ? description : undefined;
}

export function wholeNumber(value: Json | undefined): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}
