import type { IncomingHttpHeaders } from "node:http";

// What both APIs of OpenAI have.

export function isBearer({ authorization }: IncomingHttpHeaders, key: string): boolean {
  return authorization === `Bearer ${key}`;
}

export function openaiError(type: string, message: string): unknown {
  return { error: { message, type, param: null, code: type } };
}

/** Of a JSON schema format. */
export function formatProblem(format: unknown): string | undefined {
  if (format === undefined) return undefined;
  const { name, schema } = format as { readonly name?: unknown; readonly schema?: unknown };
  if (typeof name !== "string" || !/^[\w-]{1,64}$/.test(name)) return "Missing required parameter: name";
  return typeof schema === "object" && schema !== null ? undefined : "Missing required parameter: schema";
}
