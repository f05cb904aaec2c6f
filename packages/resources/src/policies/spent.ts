import { addUsage, DadError, type Json, Usage } from "@dad/protocol";
import { ModelError, type ModelErrorCode } from "../errors.ts";
import type { UsageEstimate } from "../model-meter.ts";

/** The provider has answered before it did anything, or nobody was asked. */
const REFUSALS: readonly string[] = ["MODEL_UNAUTHORIZED", "MODEL_RATE_LIMITED", "MODEL_REFUSED", "MODEL_NOT_RECORDED"] satisfies ModelErrorCode[];

/** What a connection fails with before anything is sent. */
const UNCONNECTED: readonly string[] = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

/** How deep the causes of an error are looked through. */
const MAX_CAUSES = 8;

/** `nothing`: nobody has to be paid. `unknown`: perhaps somebody. */
export type Spent = Usage | "nothing" | "unknown";

export interface FailedCall {
  /** The reply had begun. */
  readonly told: boolean;
  /** Nobody was called. */
  readonly recorded: boolean;
}

/** What a call used that failed. */
export function spentBy(error: unknown, { told, recorded }: FailedCall): Spent {
  const known = knownUsage(error);
  if (known) return recorded ? known : counted(known);
  if (recorded) return "nothing";
  // Without its key no provider can have been called.
  if (!told && DadError.is(error) && error.code.startsWith("SECRET_")) return "nothing";
  if (told || !isModelError(error)) return "unknown";
  if (REFUSALS.includes(error.code)) return "nothing";
  if (error.code !== "MODEL_UNAVAILABLE") return "unknown";
  const { status, reached } = error.details;
  const answered = typeof status === "number" && status >= 400;
  return answered || reached === false || isUnconnected(error, MAX_CAUSES) ? "nothing" : "unknown";
}

/** What a reply says that it used. Of one that counts nothing, or no numbers, nobody knows that: each reply is of some tokens. */
export function counted(usage: Usage): Spent {
  const said = Usage.safeParse(usage).data;
  if (said === undefined) return "unknown";
  return said.inputTokens + said.outputTokens > 0 || said.forfeited || said.recorded ? said : "unknown";
}

/** One call in the terms of a sum; `undefined` when it used nothing. */
export function usageOfCall(spent: Spent, { tokens, usd }: UsageEstimate): Usage | undefined {
  if (spent === "nothing") return undefined;
  if (spent !== "unknown") return { calls: 1, ...spent };
  return { calls: 1, inputTokens: 0, outputTokens: 0, costUsd: 0, forfeited: { calls: 1, tokens, usd } };
}

export function sumOf(left: Usage | undefined, right: Usage | undefined): Usage | undefined {
  return left && right ? addUsage(left, right) : (left ?? right);
}

/** A ModelError, of whatever copy of this package. */
export type ModelFailure = DadError<ModelErrorCode>;

export function isModelError(error: unknown): error is ModelFailure {
  return DadError.is(error) && error.code.startsWith("MODEL_");
}

/** What an error says that was used until it came. */
export function knownUsage(error: unknown): Usage | undefined {
  return isModelError(error) ? Usage.safeParse(error.details["usage"]).data : undefined;
}

export interface ErrorSupplement {
  readonly message: string;
  readonly details: ModelError["details"];
  readonly used: Usage | undefined;
}

/** The same error with more to say. */
export function withDetails(error: ModelFailure, { message, details: more, used }: ErrorSupplement): ModelError {
  const { code, retryable, details, cause } = error;
  return new ModelError(code, message, {
    retryable,
    details: { ...details, ...more, ...(used ? { usage: used as unknown as Json } : {}) },
    ...(cause === undefined ? {} : { cause }),
  });
}

function isUnconnected(error: unknown, depth: number): boolean {
  if (!(error instanceof Error) || depth === 0) return false;
  if ("code" in error && UNCONNECTED.includes(String(error.code))) return true;
  // Of a host with several addresses each has its own error.
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every((one) => isUnconnected(one, depth - 1));
  return isUnconnected(error.cause, depth - 1);
}
