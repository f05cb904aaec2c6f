import { AISDKError, APICallError, InvalidResponseDataError, LoadAPIKeyError, LoadSettingError } from "@ai-sdk/provider";
import { DadError, messageOf } from "@dad/protocol";
import { ModelError, type ModelErrorCode } from "@dad/resources";
import { withoutCredentials } from "@dad/secrets";
import { type AskedModel, withoutSecrets } from "./asked-model.ts";
import { causeOf } from "./harmless-cause.ts";
import { rateLimitsOf, requestIdOf, retryAfterMs } from "./reply-headers.ts";

const INVALID_REPLIES: readonly string[] = [
  "AI_EmptyResponseBodyError",
  "AI_InvalidResponseDataError",
  "AI_JSONParseError",
  "AI_NoContentGeneratedError",
  "AI_TypeValidationError",
];

const SHOWN_CHARACTERS = 200;

/** What a failed `doGenerate` means to a caller. A `DadError` stays as it is. */
export function modelFailure(error: unknown, model: AskedModel): DadError {
  if (DadError.is(error)) return error;
  if (APICallError.isInstance(error)) return apiFailure(error, model);
  if (LoadAPIKeyError.isInstance(error)) return failure(error, model, { code: "MODEL_UNAUTHORIZED", problem: "has no API key" });
  if (LoadSettingError.isInstance(error)) return failure(error, model, { code: "MODEL_UNAUTHORIZED", problem: "lacks a setting" });
  if (!AISDKError.isInstance(error)) return failure(error, model, { code: "MODEL_UNAVAILABLE", problem: "failed in its provider package" });
  return INVALID_REPLIES.includes(error.name)
    ? failure(error, model, { code: "MODEL_REPLY_INVALID", problem: "sent a reply that is none" })
    : failure(error, model, { code: "MODEL_REFUSED", problem: "does not take this request" });
}

/**
 * What an error in a stream means that had begun. Providers give their own errors as plain objects there, and what is no error
 * of theirs is a connection that broke: trying again may help.
 */
export function streamFailure(error: unknown, model: AskedModel): DadError {
  if (DadError.is(error)) return error;
  // No data is wrong: there is none.
  if (InvalidResponseDataError.isInstance(error) && error.data === undefined) return unfinished(model);
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
export function unfinished({ provider, modelId }: AskedModel): ModelError {
  return new ModelError("MODEL_UNAVAILABLE", `${provider} ${modelId} ended its stream in the middle of a reply`, {
    retryable: true,
    details: { provider, modelId },
  });
}

/** A reply in which there is nothing, not even an end. */
export function empty({ provider, modelId }: AskedModel): ModelError {
  return new ModelError("MODEL_REPLY_INVALID", `${provider} ${modelId} sent a reply in which there is nothing`, { details: { provider, modelId } });
}

/** A model that its factory could not make: a package that is not there, a provider of another specification. Trying again does not help. */
export function loadFailure(error: unknown, model: AskedModel): DadError {
  if (DadError.is(error)) return error;
  const unset = LoadAPIKeyError.isInstance(error) || LoadSettingError.isInstance(error);
  return unset ? modelFailure(error, model) : failure(error, model, { code: "MODEL_UNAVAILABLE", problem: "could not be made", reached: false });
}

interface Meaning {
  readonly code: ModelErrorCode;
  readonly problem: string;
  /** `false`: nobody was called, so nothing was used. */
  readonly reached?: false;
}

function failure(error: unknown, model: AskedModel, { code, problem, ...more }: Meaning): ModelError {
  const { provider, modelId } = model;
  return new ModelError(code, `${provider} ${modelId} ${problem}: ${textOf(error, model)}`, {
    cause: causeOf(error, model),
    details: { provider, modelId, ...more },
  });
}

function apiFailure(error: APICallError, model: AskedModel): ModelError {
  const { provider, modelId } = model;
  const code = codeOf(error);
  const status = error.statusCode === undefined ? "" : ` (HTTP ${error.statusCode})`;
  const problem = redirectOf(error) ?? MEANING[code];
  return new ModelError(code, `${provider} ${modelId} ${problem}${status}: ${textOf(error, model)}${bodyOf(error, code, model)}`, {
    cause: causeOf(error, model),
    retryable: isTransient(code),
    details: { provider, modelId, ...detailsOf(error, code) },
  });
}

/** Where it sends whoever asks, which nobody follows: see `fetchFromOne`. */
function redirectOf({ statusCode = 0, responseHeaders = {} }: APICallError): string | undefined {
  if (!isRedirect(statusCode)) return undefined;
  const to = responseHeaders["location"];
  return `sends whoever asks elsewhere${to === undefined ? "" : `, to ${withoutCredentials(to)}`}, which is not followed: if that is right, give its address as baseURL`;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function isTransient(code: ModelErrorCode): boolean {
  return code === "MODEL_RATE_LIMITED" || code === "MODEL_UNAVAILABLE";
}

function detailsOf({ statusCode, responseHeaders = {}, responseBody }: APICallError, code: ModelErrorCode): ModelError["details"] {
  const waitMs = isTransient(code) ? retryAfterMs(responseHeaders, responseBody) : undefined;
  const requestId = requestIdOf(responseHeaders);
  const rateLimits = code === "MODEL_RATE_LIMITED" ? rateLimitsOf(responseHeaders) : undefined;
  return {
    ...(statusCode === undefined ? {} : { status: statusCode }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(rateLimits === undefined ? {} : { rateLimits }),
  };
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
  if (isRedirect(status)) return "MODEL_REFUSED";
  if (isRetryable || status >= 500 || status === 0) return "MODEL_UNAVAILABLE";
  return status < 400 ? "MODEL_REPLY_INVALID" : "MODEL_REFUSED";
}

function bodyOf({ responseBody }: APICallError, code: ModelErrorCode, model: AskedModel): string {
  if (code !== "MODEL_REPLY_INVALID" || responseBody === undefined) return "";
  const body = withoutSecrets(responseBody, model);
  const shown = body.slice(0, SHOWN_CHARACTERS);
  return `: ${JSON.stringify(shown)}${shown.length < body.length ? "…" : ""}`;
}

/** Secrets first: half of one is not found any more. */
function textOf(error: unknown, model: AskedModel): string {
  const text = withoutSecrets(messageOf(error), model);
  return text.length > 2 * SHOWN_CHARACTERS ? `${text.slice(0, 2 * SHOWN_CHARACTERS)}…` : text;
}
