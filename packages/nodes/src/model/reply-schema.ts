import { DefinitionError } from "@dad/agent";
import { type Json, messageOf } from "@dad/protocol";
import { escapeValue } from "@dad/template";
import { z } from "zod";

type JsonSchema = { readonly [key: string]: Json };

/**
 * A schema as the JSON Schema that models are asked for: closed objects, and `anyOf` for
 * alternatives, which providers take where they refuse `oneOf`. Escaped, because settings are templates.
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for what JSON Schema cannot say.
 */
export function replySchema(schema: z.ZodType): JsonSchema {
  try {
    const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: "input", override: ({ jsonSchema }) => adapt(jsonSchema) });
    return escapeValue(described as JsonSchema) as JsonSchema;
  } catch (cause) {
    throw new DefinitionError(`no model can be asked for this schema: ${messageOf(cause)}`, {}, { cause });
  }
}

function adapt(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.type === "object" && schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
  if (schema.oneOf && !schema.anyOf) {
    schema.anyOf = schema.oneOf;
    delete schema.oneOf;
  }
}
