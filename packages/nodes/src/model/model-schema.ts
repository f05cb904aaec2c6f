import { DefinitionError } from "@dad/agent";
import { type Json, messageOf } from "@dad/protocol";
import { z } from "zod";

export type JsonSchema = { readonly [key: string]: Json };

/**
 * A schema as the JSON Schema that models are told: closed objects, and `anyOf` for alternatives, which providers take where
 * they refuse `oneOf`.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for what JSON Schema cannot say.
 */
export function modelSchema(schema: z.ZodType): JsonSchema {
  try {
    const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: "input", override: ({ jsonSchema }) => adapt(jsonSchema) });
    return described as JsonSchema;
  } catch (cause) {
    throw new DefinitionError(`no model can be told this schema: ${messageOf(cause)}`, {}, { cause });
  }
}

function adapt(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.type === "object" && schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
  if (schema.oneOf && !schema.anyOf) {
    schema.anyOf = schema.oneOf;
    delete schema.oneOf;
  }
}

const MOST_PROBLEMS = 5;

/** What does not fit a schema, each with its place, for people and for models. */
export function problemsOf({ issues }: z.ZodError): string {
  const shown = issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => (path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`));
  return [...shown, ...(issues.length > MOST_PROBLEMS ? [`and ${issues.length - MOST_PROBLEMS} more`] : [])].join("; ");
}
