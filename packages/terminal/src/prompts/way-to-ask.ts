import { canonicalJson, isJsonObject, type Json } from "@dad/protocol";
import { descriptionOf, type JsonSchema, membersOf, resolvedSchema } from "./json-schema.ts";

/** An entry of a menu. */
export interface MenuItem<Value> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string | undefined;
}

/** How a value that fits a schema is asked for. */
export type WayToAsk =
  /** One of these values, from a menu. */
  | { readonly by: "menu"; readonly items: readonly MenuItem<Json>[] }
  | { readonly by: "yes-no" }
  | { readonly by: "text" }
  | { readonly by: "number" }
  /** Its members, one after the other. */
  | { readonly by: "form" }
  /** Names, and a value for each. */
  | { readonly by: "entries"; readonly values: JsonSchema }
  /** One after the other, until there are no more. */
  | { readonly by: "list"; readonly items: JsonSchema }
  /** Several of these values, from a menu. */
  | { readonly by: "menu-of-several"; readonly items: readonly MenuItem<Json>[] }
  /** A menu of what it may be, and then that. */
  | { readonly by: "variants"; readonly variants: readonly MenuItem<JsonSchema>[] }
  /** Its text in JSON. */
  | { readonly by: "json" };

/** `schema` is resolved. */
export function wayToAsk(schema: JsonSchema, root: JsonSchema): WayToAsk {
  const items = valuesOf(schema);
  if (items) return { by: "menu", items };
  const forms = formsOf(schema, root);
  if (forms) return ofSeveral(forms);
  switch (schema.type) {
    case "boolean":
      return { by: "yes-no" };
    case "string":
      return { by: "text" };
    case "number":
    case "integer":
      return { by: "number" };
    case "array":
      return ofList(schema, root);
    case "object":
      return ofObject(schema, root);
    default:
      return { by: "json" };
  }
}

/** The values that the schema names, when it names them. */
function valuesOf(schema: JsonSchema): MenuItem<Json>[] | undefined {
  const hint = descriptionOf(schema);
  if (schema.const !== undefined) return [{ value: schema.const, label: titleOf(schema) ?? valueText(schema.const), hint }];
  if (schema.type === "null") return [{ value: null, label: titleOf(schema) ?? "nothing (null)", hint }];
  return Array.isArray(schema.enum) ? schema.enum.map((value: Json) => ({ value, label: valueText(value) })) : undefined;
}

/** The forms that it may have. Forms of forms are forms; `depth` ends those that contain themselves. */
function formsOf(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] | undefined {
  const { anyOf, oneOf, type, ...others } = schema;
  const either = Array.isArray(anyOf) ? anyOf : oneOf;
  // Members beside of the forms belong to each of them, which no form here says.
  if (Array.isArray(either)) return others.properties === undefined ? either.flatMap((form: Json) => flat(form, root, depth)) : undefined;
  return Array.isArray(type) ? type.map((one: Json) => ({ ...others, type: one })) : undefined;
}

const MOST_DEPTH = 4;

function flat(form: Json, root: JsonSchema, depth: number): JsonSchema[] {
  const resolved = resolvedSchema(form, root);
  return (depth < MOST_DEPTH ? formsOf(resolved, root, depth + 1) : undefined) ?? [resolved];
}

function ofSeveral(forms: readonly JsonSchema[]): WayToAsk {
  const values = forms.map((form) => (form.type === "boolean" ? YES_NO : valuesOf(form)));
  if (values.every((items) => items !== undefined)) return { by: "menu", items: values.flat() };
  const told = memberThatTells(forms);
  return { by: "variants", variants: forms.map((form) => ({ value: form, label: formName(form, told), hint: descriptionOf(form) })) };
}

const YES_NO: readonly MenuItem<Json>[] = [
  { value: true, label: "yes" },
  { value: false, label: "no" },
];

/** The member by whose value each of the forms is known. */
function memberThatTells(forms: readonly JsonSchema[]): string | undefined {
  const objects = forms.filter((form) => form.type === "object");
  const names = membersOf(objects[0] ?? {}).map(([name]) => name);
  return names.find((name) => {
    const values = objects.map((form) => constantOf(form, name));
    return values.every((value) => value !== undefined) && new Set(values.map(canonicalJson)).size === values.length;
  });
}

function constantOf(form: JsonSchema, name: string): Json | undefined {
  const member = membersOf(form).find(([known]) => known === name)?.[1];
  return isJsonObject(member) ? member.const : undefined;
}

function formName(form: JsonSchema, told: string | undefined): string {
  const title = titleOf(form);
  if (title !== undefined) return title;
  const value = told === undefined ? undefined : constantOf(form, told);
  if (value !== undefined) return valueText(value);
  const [constant] = valuesOf(form) ?? [];
  if (constant) return form.enum === undefined ? constant.label : "one of some values";
  if (form.type === "object" && membersOf(form).length > 0)
    return `{ ${membersOf(form)
      .map(([name]) => name)
      .join(", ")} }`;
  return (typeof form.type === "string" ? NAMES[form.type] : undefined) ?? "a value in JSON";
}

const NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "yes or no",
  array: "a list",
  object: "names with values",
};

function ofList(schema: JsonSchema, root: JsonSchema): WayToAsk {
  if (schema.prefixItems !== undefined || schema.items === undefined) return { by: "json" };
  const items = resolvedSchema(schema.items, root);
  const way = wayToAskOfItems(items, root);
  return way?.by === "menu" ? { by: "menu-of-several", items: way.items } : { by: "list", items };
}

/** Without going down a schema that contains itself. */
function wayToAskOfItems(items: JsonSchema, root: JsonSchema): WayToAsk | undefined {
  return items.type === "array" || items.type === "object" ? undefined : wayToAsk(items, root);
}

function ofObject(schema: JsonSchema, root: JsonSchema): WayToAsk {
  if (membersOf(schema).length > 0) return { by: "form" };
  const { additionalProperties, patternProperties } = schema;
  if (additionalProperties === false) return { by: "form" };
  if (patternProperties !== undefined || !isJsonObject(additionalProperties)) return { by: "json" };
  return { by: "entries", values: resolvedSchema(additionalProperties, root) };
}

function titleOf({ title }: JsonSchema): string | undefined {
  return typeof title === "string" && title !== "" ? title : undefined;
}

/** A text as it is, and anything else as it is written. */
export function valueText(value: Json): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
