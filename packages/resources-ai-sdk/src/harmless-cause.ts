import { AISDKError, APICallError } from "@ai-sdk/provider";
import { type AskedModel, withoutSecrets } from "./asked-model.ts";

/** How deep causes have causes. */
const MAX_DEPTH = 8;

/**
 * What was thrown, as the cause of another error, without what it has of the request and the reply: whole prompts, bodies and headers
 * are in the errors of the AI SDK, and whatever prints an error prints them. Name, message, code, stack and causes stay. What has
 * nothing of that is given as it is.
 */
export function causeOf(error: unknown, model: Pick<AskedModel, "redactor">): unknown {
  return holdsMore(error, 0) || model.redactor ? harmlessCause(error, model) : error;
}

function harmlessCause(error: unknown, model: Pick<AskedModel, "redactor">, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? withoutSecrets(error, model) : plainThing(error);
  if (depth >= MAX_DEPTH) return undefined;
  const message = withoutSecrets(error.message, model);
  const below = error.cause === undefined ? {} : { cause: harmlessCause(error.cause, model, depth + 1) };
  const several: unknown = "errors" in error ? error.errors : undefined;
  const copy = Array.isArray(several)
    ? new AggregateError(
        several.map((one) => harmlessCause(one, model, depth + 1)),
        message,
        below,
      )
    : new Error(message, below);
  return Object.defineProperties(copy, {
    name: hidden(error.name),
    stack: hidden(withoutSecrets(error.stack ?? "", model)),
    ...("code" in error ? { code: shown(error.code) } : {}),
    ...(APICallError.isInstance(error) ? { statusCode: shown(error.statusCode), url: shown(addressOf(error.url)) } : {}),
  });
}

function holdsMore(error: unknown, depth: number): boolean {
  if (!(error instanceof Error)) return typeof error === "object" && error !== null;
  return AISDKError.isInstance(error) || (depth < MAX_DEPTH && error.cause !== undefined && holdsMore(error.cause, depth + 1));
}

/** A provider throws what comes in its stream, such as an object with the whole event. */
function plainThing(thing: unknown): unknown {
  return typeof thing === "object" && thing !== null ? undefined : thing;
}

/** Without what may be a secret in it: a name, a password, a key among the parameters. */
function addressOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, enumerable: false, writable: true, configurable: true };
}

function shown(value: unknown): PropertyDescriptor {
  return { value, enumerable: true, writable: true, configurable: true };
}
