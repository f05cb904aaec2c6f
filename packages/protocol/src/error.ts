import { types } from "node:util";
import { z } from "zod";
import { Json } from "./json.ts";

const marker: unique symbol = Symbol.for("dad.error") as never;

/** What an error looks like on disk and on the wire. */
export interface ErrorEnvelope {
  readonly code: string;
  readonly message: string;
  /** True when the same call may succeed later without any change. */
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, Json>> | undefined;
  readonly cause?: ErrorEnvelope | undefined;
}

/** Unknown keys are kept on read. */
export const ErrorEnvelope: z.ZodType<ErrorEnvelope> = z.looseObject({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), Json).optional(),
  get cause() {
    return ErrorEnvelope.optional();
  },
});

export interface DadErrorOptions {
  readonly cause?: unknown;
  /** True when the same call may succeed later without any change. Default `false`. */
  readonly retryable?: boolean;
  /** Facts for programs: ids, paths, limits. Plain JSON, never a secret. */
  readonly details?: Readonly<Record<string, Json>>;
}

/**
 * Every failure that a caller may want to handle. `code` is public API and never changes within a
 * major version; `message` is for people (it names the thing, its place and what to do) and may.
 * A programming mistake is a `TypeError` without a code and should not be caught.
 */
export class DadError<Code extends string = string> extends Error {
  readonly [marker] = true;
  readonly code: Code;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, Json>>;

  constructor(code: Code, message: string, options: DadErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  /** True for every `DadError`, also one of another copy of this package or another realm. */
  static is<Code extends string>(value: unknown, code?: Code): value is DadError<Code> {
    if (typeof value !== "object" || value === null || !(marker in value)) return false;
    return code === undefined || (value as DadError).code === code;
  }

  toJSON(): ErrorEnvelope {
    return errorEnvelope(this);
  }
}

/** How deep a chain of causes is recorded. */
const MAX_CAUSES = 8;

/**
 * The wire form of anything that was thrown, with its causes. What is not a `DadError` gets the code
 * `UNEXPECTED`, or its own when it is one of Node's. It can always be recorded: what JSON cannot carry is left out.
 */
export function errorEnvelope(error: unknown, depth = 0): ErrorEnvelope {
  const cause = isError(error) && error.cause !== undefined && depth < MAX_CAUSES ? { cause: errorEnvelope(error.cause, depth + 1) } : {};
  const message = messageOf(error).toWellFormed();
  if (!DadError.is(error)) return { code: codeOf(error), message, retryable: false, ...cause };
  const details = Object.entries(error.details).filter(([name, value]) => name.isWellFormed() && Json.safeParse(value).success);
  return { code: error.code, message, retryable: error.retryable, ...(details.length > 0 ? { details: Object.fromEntries(details) } : {}), ...cause };
}

/** True also for an error of another realm, such as that of a `node:vm` context. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function codeOf(error: unknown): string {
  if (!isError(error)) return "UNEXPECTED";
  if (error.name === "AbortError") return "ABORTED";
  const code = "code" in error ? error.code : undefined;
  // Node's own codes (ENOSPC, ERR_…) say more than ours could.
  return typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : "UNEXPECTED";
}

function messageOf(error: unknown): string {
  if (isError(error)) {
    const message: unknown = error.message;
    // Whoever throws is not held to the types of an error.
    return typeof message === "string" && message !== "" ? message : error.name;
  }
  return typeof error === "string" ? error : `a thrown ${error === null ? "null" : typeof error}`;
}

/** An error that was read from disk or from the wire, to be thrown again. */
export function errorFromEnvelope(envelope: ErrorEnvelope): DadError {
  const cause = envelope.cause ? { cause: errorFromEnvelope(envelope.cause) } : {};
  return new DadError(envelope.code, envelope.message, { retryable: envelope.retryable, details: envelope.details ?? {}, ...cause });
}
