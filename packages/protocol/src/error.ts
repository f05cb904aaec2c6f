import { types } from "node:util";
import { z } from "zod";
import { canonicalJson, Json } from "./json.ts";

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
    if (typeof value !== "object" || value === null || quietly(() => marker in value) !== true) return false;
    return code === undefined || quietly(() => (value as DadError).code) === code;
  }

  toJSON(): ErrorEnvelope {
    return errorEnvelope(this);
  }
}

/** How much of an error its envelope records. The error itself keeps all of it. */
export const ERROR_LIMITS = {
  /** UTF-16 code units of a code. A longer one is none. */
  codeLength: 128,
  /** UTF-16 code units of a message. What is longer is cut in the middle, with a mark that says how much is missing. */
  messageLength: 16 * 1024,
  /** Bytes of the canonical JSON of the details. Those of a larger one are replaced by `{ omitted: "…" }`. */
  detailsBytes: 64 * 1024,
  /** Causes in a chain. */
  causes: 8,
} as const;

/**
 * The wire form of anything that was thrown, with its causes, within {@link ERROR_LIMITS}. What is not a
 * `DadError` gets the code `UNEXPECTED`, or its own when it is one of Node's. It never throws and can always
 * be recorded: what JSON cannot carry, or what cannot be read, is left out.
 */
export function errorEnvelope(error: unknown): ErrorEnvelope {
  return envelopeOf(error, 0);
}

function envelopeOf(error: unknown, depth: number): ErrorEnvelope {
  const details = detailsOf(error);
  const cause = isError(error) && depth < ERROR_LIMITS.causes ? memberOf(error, "cause") : undefined;
  return {
    code: codeOf(error),
    message: shortened(messageOf(error)),
    retryable: DadError.is(error) && memberOf(error, "retryable") === true,
    ...(details ? { details } : {}),
    ...(cause === undefined ? {} : { cause: envelopeOf(cause, depth + 1) }),
  };
}

/** True also for an error of another realm, such as that of a `node:vm` context. */
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || quietly(() => value instanceof Error) === true;
}

/** What `read` gives, or nothing when it throws: getters and proxies can, and anything can be thrown. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function memberOf(value: object, name: string): unknown {
  return quietly(() => (value as Readonly<Record<string, unknown>>)[name]);
}

function codeOf(error: unknown): string {
  if (!isError(error) && !DadError.is(error)) return "UNEXPECTED";
  if (!DadError.is(error) && memberOf(error, "name") === "AbortError") return "ABORTED";
  const code = memberOf(error, "code");
  if (typeof code !== "string" || code.length > ERROR_LIMITS.codeLength) return "UNEXPECTED";
  // Node's own codes (ENOSPC, ERR_…) say more than ours could.
  return DadError.is(error) || /^[A-Z][A-Z0-9_]*$/.test(code) ? code.toWellFormed() : "UNEXPECTED";
}

/**
 * A text for people of anything that was thrown, whatever it is: the message of an error, or else what it
 * is. It never throws, which `String(error)` and `error.message` may.
 */
export function messageOf(error: unknown): string {
  if (isError(error) || DadError.is(error))
    return textOf(memberOf(error, "message")) ?? textOf(memberOf(error, "name")) ?? "an error without a message";
  if (typeof error === "string") return error;
  if (error === null) return "a thrown null";
  const hasText = typeof error === "number" || typeof error === "bigint" || typeof error === "boolean" || typeof error === "symbol";
  return `a thrown ${typeof error}${hasText ? `: ${String(error)}` : ""}`;
}

/** Whoever throws is not held to the types of an error. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Leaves room for the mark. */
const KEPT_AT_EACH_END = ERROR_LIMITS.messageLength / 2 - 32;

function shortened(message: string): string {
  if (message.length <= ERROR_LIMITS.messageLength) return message.toWellFormed();
  // No character is cut in two.
  const head = message.slice(0, KEPT_AT_EACH_END).replace(/[\ud800-\udbff]$/, "");
  const tail = message.slice(-KEPT_AT_EACH_END).replace(/^[\udc00-\udfff]/, "");
  return `${head} […${message.length - head.length - tail.length} characters left out…] ${tail}`.toWellFormed();
}

function detailsOf(error: unknown): ErrorEnvelope["details"] {
  const given = DadError.is(error) ? memberOf(error, "details") : undefined;
  if (typeof given !== "object" || given === null) return undefined;
  const names = quietly(() => (Array.isArray(given) ? [] : Object.keys(given))) ?? [];
  // Each is read once, and copied: what was checked is what is recorded.
  const texts = names.flatMap((name) => quietly(() => `${canonicalJson(name)}:${canonicalJson(memberOf(given, name))}`) ?? []);
  if (texts.length === 0) return undefined;
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + ",".length, "}".length);
  if (bytes > ERROR_LIMITS.detailsBytes) return { omitted: `${bytes} bytes of details, of which at most ${ERROR_LIMITS.detailsBytes} are recorded` };
  return JSON.parse(`{${texts.join(",")}}`) as Readonly<Record<string, Json>>;
}

/** An error that was read from disk or from the wire, to be thrown again. */
export function errorFromEnvelope(envelope: ErrorEnvelope): DadError {
  const cause = envelope.cause ? { cause: errorFromEnvelope(envelope.cause) } : {};
  return new DadError(envelope.code, envelope.message, { retryable: envelope.retryable, details: envelope.details ?? {}, ...cause });
}
