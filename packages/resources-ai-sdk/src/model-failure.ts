import { AISDKError, APICallError, LoadAPIKeyError, LoadSettingError } from "@ai-sdk/provider";
import { DadError, messageOf } from "@dad/protocol";
import { ModelError, type ModelErrorCode } from "@dad/resources";

interface Model {
  readonly provider: string;
  readonly modelId: string;
}

const INVALID_REPLIES: readonly string[] = [
  "AI_EmptyResponseBodyError",
  "AI_InvalidResponseDataError",
  "AI_JSONParseError",
  "AI_NoContentGeneratedError",
  "AI_TypeValidationError",
];

const SHOWN_CHARACTERS = 200;

/** What a failed `doGenerate` means to a caller. A `DadError` stays as it is. */
export function modelFailure(error: unknown, model: Model): DadError {
  if (DadError.is(error)) return error;
  const name = `${model.provider} ${model.modelId}`;
  if (APICallError.isInstance(error)) return apiFailure(error, model);
  const fail = (code: ModelErrorCode, message: string): ModelError =>
    new ModelError(code, `${name} ${message}: ${textOf(error)}`, { cause: error, details: { ...model } });
  if (LoadAPIKeyError.isInstance(error)) return fail("MODEL_UNAUTHORIZED", "has no API key");
  if (LoadSettingError.isInstance(error)) return fail("MODEL_UNAUTHORIZED", "lacks a setting");
  if (!AISDKError.isInstance(error)) return fail("MODEL_UNAVAILABLE", "failed in its provider package");
  return INVALID_REPLIES.includes(error.name)
    ? fail("MODEL_REPLY_INVALID", "sent a reply that is none")
    : fail("MODEL_REFUSED", "does not take this request");
}

/**
 * What an error in a stream means that had begun. Providers give their own errors as plain objects there, and what is no error
 * of theirs is a connection that broke: trying again may help.
 */
export function streamFailure(error: unknown, model: Model): DadError {
  if (DadError.is(error)) return error;
  if (AISDKError.isInstance(error)) return modelFailure(error, model);
  const { message = messageOf(error), statusCode, isRetryable } = partOfStream(error);
  const status = statusCode === undefined ? {} : { statusCode };
  const retryable = isRetryable === undefined ? {} : { isRetryable };
  return apiFailure(new APICallError({ message, url: "", requestBodyValues: {}, cause: error, ...status, ...retryable }), model);
}

function partOfStream(error: unknown): { readonly message?: string; readonly statusCode?: number; readonly isRetryable?: boolean } {
  if (typeof error !== "object" || error === null) return {};
  const { message, statusCode, isRetryable } = error as Readonly<Record<string, unknown>>;
  return {
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof statusCode === "number" ? { statusCode } : {}),
    ...(typeof isRetryable === "boolean" ? { isRetryable } : {}),
  };
}

/** A stream that ended without saying so. */
export function unfinished({ provider, modelId }: Model): ModelError {
  return new ModelError("MODEL_UNAVAILABLE", `${provider} ${modelId} ended its stream in the middle of a reply`, {
    retryable: true,
    details: { provider, modelId },
  });
}

/** A model that its factory could not make: a package that is not there, a provider of another specification. Trying again does not help. */
export function loadFailure(error: unknown, model: Model): DadError {
  if (DadError.is(error)) return error;
  return new ModelError("MODEL_UNAVAILABLE", `${model.provider} ${model.modelId} could not be made: ${textOf(error)}`, {
    cause: error,
    details: { ...model },
  });
}

function apiFailure(error: APICallError, { provider, modelId }: Model): ModelError {
  const code = codeOf(error);
  const retryable = code === "MODEL_RATE_LIMITED" || code === "MODEL_UNAVAILABLE";
  const retryAfterMs = retryable ? retryAfter(error.responseHeaders ?? {}) : undefined;
  const status = error.statusCode === undefined ? "" : ` (HTTP ${error.statusCode})`;
  return new ModelError(code, `${provider} ${modelId} ${MEANING[code]}${status}: ${textOf(error)}${bodyOf(error, code)}`, {
    cause: error,
    retryable,
    details: {
      provider,
      modelId,
      ...(error.statusCode === undefined ? {} : { status: error.statusCode }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  });
}

const MEANING = {
  MODEL_UNAUTHORIZED: "does not accept the API key, or has no credit for it",
  MODEL_RATE_LIMITED: "is asked too often",
  MODEL_UNAVAILABLE: "cannot be reached or does not work",
  MODEL_REFUSED: "does not take this request",
  MODEL_REPLY_INVALID: "sent a reply that cannot be read",
} as const;

function codeOf({ statusCode: status = 0, isRetryable, responseBody = "" }: APICallError): keyof typeof MEANING {
  if (status === 401 || status === 402 || status === 403) return "MODEL_UNAUTHORIZED";
  // OpenAI says "too many requests" also when the account is empty, which waiting does not change.
  if (status === 429) return responseBody.includes('"insufficient_quota"') ? "MODEL_UNAUTHORIZED" : "MODEL_RATE_LIMITED";
  if (isRetryable || status >= 500 || status === 0) return "MODEL_UNAVAILABLE";
  return status < 400 ? "MODEL_REPLY_INVALID" : "MODEL_REFUSED";
}

/** Milliseconds, from `retry-after-ms` or `retry-after` in seconds. A date is left to the caller's own back-off. */
function retryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const milliseconds = headers["retry-after-ms"] === undefined ? Number(headers["retry-after"]) * 1000 : Number(headers["retry-after-ms"]);
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? milliseconds : undefined;
}

function bodyOf({ responseBody }: APICallError, code: ModelErrorCode): string {
  if (code !== "MODEL_REPLY_INVALID" || responseBody === undefined) return "";
  const shown = responseBody.slice(0, SHOWN_CHARACTERS);
  return `: ${JSON.stringify(shown)}${shown.length < responseBody.length ? "…" : ""}`;
}

function textOf(error: unknown): string {
  const text = messageOf(error);
  return text.length > 2 * SHOWN_CHARACTERS ? `${text.slice(0, 2 * SHOWN_CHARACTERS)}…` : text;
}
