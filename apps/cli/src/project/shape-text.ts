import { schemaText } from "@dad/terminal";
import { z } from "zod";

/** What a schema takes, in short and for people. */
export function shapeText(schema: z.ZodType): string {
  return schemaText(z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }));
}
