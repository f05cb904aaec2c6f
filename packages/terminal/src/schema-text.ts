import type { z } from "zod";
import { inOrder } from "./prompts/json-schema.ts";

const DEEPEST = 3;
const LONGEST = 500;

/** What a JSON Schema takes, in short and for people: `{ exitCode: integer, end?: { stdout: string } }`. */
export function schemaText(schema: JsonSchema): string {
  const text = shapeOf(schema, 0);
  return text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

type JsonSchema = z.core.JSONSchema._JSONSchema;

function shapeOf(schema: JsonSchema, depth: number): string {
  if (typeof schema === "boolean") return schema ? "any JSON" : "nothing";
  const { const: only, enum: values, anyOf, oneOf, allOf, type, prefixItems, items } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (values) return values.map((value) => JSON.stringify(value)).join(" | ");
  const [choices, separator] = (anyOf ?? oneOf) ? [anyOf ?? oneOf, " | "] : [allOf, " & "];
  if (choices) return [...new Set(choices.map((choice) => shapeOf(choice, depth)))].join(separator);
  if (type === "array") return prefixItems ? `[${prefixItems.map((item) => shapeOf(item, depth)).join(", ")}]` : listText(items, depth);
  if (type === "object") return membersText(schema, depth);
  return typeof type === "string" ? type : "any JSON";
}

function listText(items: z.core.JSONSchema.JSONSchema["items"], depth: number): string {
  return items === undefined || Array.isArray(items) ? "[…]" : `[${shapeOf(items, depth)}, …]`;
}

function membersText({ properties = {}, required = [], additionalProperties }: z.core.JSONSchema.JSONSchema, depth: number): string {
  const names = inOrder(Object.entries(properties), required);
  const more =
    typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0 ? [["[name]", additionalProperties] as const] : [];
  if (depth === DEEPEST && names.length > 0) return "{ … }";
  const members = [...names, ...more].map(([name, member]) => {
    const mark = required.includes(name) || name === "[name]" ? "" : "?";
    return `${name}${mark}: ${shapeOf(member, depth + 1)}`;
  });
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
