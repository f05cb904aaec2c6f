import type { IncomingHttpHeaders } from "node:http";
import type { Api, ApiError } from "../api.ts";

const TYPES: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ["invalid_request_error", null],
  401: ["invalid_request_error", "invalid_api_key"],
  403: ["invalid_request_error", "unsupported_country_region_territory"],
  404: ["invalid_request_error", "model_not_found"],
  429: ["requests", "rate_limit_exceeded"],
  500: ["server_error", null],
  503: ["server_error", "slow_down"],
};

/** What all APIs of OpenAI have, and those that are compatible with them. Azure has its key in a header of its own. */
export const openai = {
  keyHeaders: ["authorization", "api-key"],
  keyOf: ({ authorization, "api-key": key }: IncomingHttpHeaders) => (typeof key === "string" ? key : /^Bearer (.+)$/.exec(authorization ?? "")?.[1]),
  isStreamed: ({ body }) => body["stream"] === true,
  error: openaiError,
} satisfies Partial<Api>;

export function openaiError({ status, type, message }: ApiError): unknown {
  const [known, code] = TYPES[status] ?? ["server_error", null];
  return { error: { message, type: type ?? known, param: null, code: type ?? code } };
}

/** Of a JSON schema format. */
export function formatProblem(format: unknown): string | undefined {
  if (format === undefined) return undefined;
  const { name, schema, strict } = format as { readonly name?: unknown; readonly schema?: unknown; readonly strict?: unknown };
  if (typeof name !== "string" || !/^[\w-]{1,64}$/.test(name)) return "Missing required parameter: name";
  if (typeof schema !== "object" || schema === null) return "Missing required parameter: schema";
  const open = strict === true && "properties" in schema && (schema as { readonly additionalProperties?: unknown }).additionalProperties !== false;
  return open ? `Invalid schema for response_format '${name}': 'additionalProperties' is required to be supplied and to be false.` : undefined;
}

/** Each call of a tool that a model made has to have its result. */
export function unansweredProblem(called: readonly string[], answered: readonly string[]): string | undefined {
  const open = called.filter((id) => !answered.includes(id));
  if (open.length > 0) return `No tool output found for function call ${open.join(", ")}.`;
  const strange = answered.filter((id) => !called.includes(id));
  return strange.length > 0 ? `No tool call found for function call output with call_id ${strange.join(", ")}.` : undefined;
}
