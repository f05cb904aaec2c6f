import type { Attributes, Exception } from "@opentelemetry/api";

/** A copy without what the API calls invalid: empty names and absent values. */
export function attributesOf(given: Attributes | undefined): Attributes {
  const valid = Object.entries(given ?? {}).filter(([name, value]) => name !== "" && value !== undefined && value !== null);
  return Object.fromEntries(valid.map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]));
}

/** The attributes by which the conventions tell of an exception. */
export function exceptionAttributes(exception: Exception | undefined): Attributes {
  if (exception === undefined || exception === null) return {};
  if (typeof exception === "string") return { "exception.message": exception };
  const { code, name, message, stack } = exception;
  return attributesOf({ "exception.type": code === undefined ? name : String(code), "exception.message": message, "exception.stacktrace": stack });
}
