import type { Json } from "@dad/protocol";

/** Stands for a value in a walk that only looks ahead: what a node gives that is not executed there. Whoever reads it is told. */
export const UNKNOWN: Json = Object.freeze({ toString: () => "a value that is not known yet" }) as unknown as Json;

/** Thrown where something depends on what is not known yet. No error of a run. */
export class UnknownYet extends Error {
  constructor(what: string) {
    super(`it depends on ${what}, and that is not known before the re-run`);
  }
}

/** @throws UnknownYet for the value that stands for one. */
export function known<Value extends Json | undefined>(value: Value, what: () => string): Value {
  if (value === UNKNOWN) throw new UnknownYet(what());
  return value;
}

/** That something could not be said because it, or what caused it, depends on what is not known yet; or `undefined`. */
export function unknownYet(error: unknown): UnknownYet | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof UnknownYet) return at;
  return undefined;
}

/** The same list or object, of which whoever reads a part that is not known yet is told. Is changed in place. */
export function sealed(value: Json): Json {
  if (typeof value !== "object" || value === null || value === UNKNOWN) return value;
  for (const key of Object.keys(value)) {
    const { value: part } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    if (part === UNKNOWN) Object.defineProperty(value, key, { enumerable: true, configurable: true, get: () => tell(key) });
  }
  return value;
}

function tell(key: string): never {
  throw new UnknownYet(`what ${key} gives`);
}
