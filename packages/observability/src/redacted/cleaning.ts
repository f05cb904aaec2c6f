import type { Attributes, Exception } from "@opentelemetry/api";
import type { Redactor } from "@dad/secrets";

export interface Cleaning {
  /** The same where there is no secret in it. What cannot be read is left out. */
  value(value: unknown): unknown;
  attributes<Given extends Attributes | undefined>(attributes: Given): Given;
  exception(exception: unknown): Exception;
}

export function cleaning(redactor: Redactor): Cleaning {
  function clean(value: unknown): unknown {
    if (typeof value === "string") return redactor.text(value);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Uint8Array) return redactor.bytes(value);
    if (Array.isArray(value)) return value.map(clean);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [redactor.text(name), clean(member)]));
  }
  // Telling what a run does must not fail it: neither by what throws, nor by what goes in circles.
  const value = (given: unknown): unknown => {
    try {
      return clean(given);
    } catch {
      return undefined;
    }
  };
  return {
    value,
    attributes: <Given extends Attributes | undefined>(given: Given): Given =>
      (typeof given === "object" && given !== null ? (value({ ...given }) ?? {}) : given) as Given,
    exception: (given) => (typeof given === "object" && given !== null ? exceptionOf(given, value) : value(given)) as Exception,
  };
}

/** What the API takes of an error. */
function exceptionOf(given: object, value: Cleaning["value"]): object {
  const members = ["name", "message", "stack", "code"].flatMap((name) => {
    const member = memberOf(given, name);
    return member === undefined ? [] : [[name, value(member)] as const];
  });
  return Object.fromEntries(members);
}

function memberOf(given: object, name: string): unknown {
  try {
    return (given as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}
