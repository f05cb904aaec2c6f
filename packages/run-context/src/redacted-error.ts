import { types } from "node:util";
import { messageOf } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";

/**
 * What was thrown, without the secrets in its message, its stack, its members and its causes. It stays the error that it is, so that whoever
 * knows it by its class, its code or itself finds it: what has a secret is taken out of it in place. One that cannot be changed is told by another.
 */
export function redactedError(error: unknown, redactor: Redactor | undefined): unknown {
  if (redactor === undefined || redactor.secrets.length === 0) return error;
  try {
    return cleaned(error, { redactor, seen: new Map() });
  } catch (cause) {
    // Nested without end, say.
    return new Error(`what was thrown cannot be looked through for secrets, and is not told: ${messageOf(cause)}`);
  }
}

interface Cleaning {
  readonly redactor: Redactor;
  /** What each became, or is to become: errors may go in circles. */
  readonly seen: Map<object, unknown>;
}

function cleaned(value: unknown, cleaning: Cleaning): unknown {
  if (typeof value === "string") return cleaning.redactor.text(value);
  if (typeof value !== "object" || value === null) return value;
  const known = cleaning.seen.get(value);
  if (known !== undefined) return known;
  if (isError(value)) return cleanedError(value, cleaning);
  return cleanedData(value, cleaning);
}

function cleanedError(error: Error, cleaning: Cleaning): unknown {
  cleaning.seen.set(error, error);
  for (const name of Reflect.ownKeys(error)) {
    const before = quietly(() => (error as unknown as Readonly<Record<PropertyKey, unknown>>)[name]);
    const after = cleaned(before, cleaning);
    if (after !== before && !changed(error, name, after)) return replaced(error, cleaning);
  }
  // Of a class whose message is a getter, say.
  const inherited = (["message", "stack"] as const).every((name) =>
    isClean(
      quietly(() => error[name]),
      cleaning,
    ),
  );
  return inherited ? error : replaced(error, cleaning);
}

function isClean(text: unknown, { redactor }: Cleaning): boolean {
  return typeof text !== "string" || redactor.text(text) === text;
}

function changed(error: Error, name: PropertyKey, value: unknown): boolean {
  const { enumerable = false } = Object.getOwnPropertyDescriptor(error, name) ?? {};
  return Reflect.defineProperty(error, name, { value, enumerable, writable: true, configurable: true });
}

function replaced(error: Error, cleaning: Cleaning): Error {
  const told = (name: "message" | "name" | "stack"): string | undefined => {
    const text = quietly(() => error[name]);
    return typeof text === "string" ? cleaning.redactor.text(text) : undefined;
  };
  const other = new Error(told("message") ?? "");
  for (const name of ["name", "stack"] as const) changed(other, name, told(name));
  cleaning.seen.set(error, other);
  return other;
}

/** Lists and plain objects. Whatever else an error refers to is not what it says. */
function cleanedData(value: object, cleaning: Cleaning): unknown {
  if (!isData(value) || !isDirty(value, cleaning, new Set())) return value;
  return copied(value, cleaning);
}

function isData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

/** Whether something in it has a secret. Errors in it are cleaned in any case. */
function isDirty(value: object, cleaning: Cleaning, looked: Set<object>): boolean {
  looked.add(value);
  return Object.entries(value).some(([name, member]: [string, unknown]) => {
    if (!isClean(name, cleaning)) return true;
    if (typeof member !== "object" || member === null) return !isClean(member, cleaning);
    if (isError(member)) return cleaned(member, cleaning) !== member;
    return isData(member) && !looked.has(member) && isDirty(member, cleaning, looked);
  });
}

/** All of it, as what goes in a circle would lead back to what was there before. */
function copied(value: object, cleaning: Cleaning): object {
  const known = cleaning.seen.get(value);
  if (known !== undefined) return known as object;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
  cleaning.seen.set(value, copy);
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    const after =
      typeof member === "object" && member !== null && !isError(member) && isData(member) ? copied(member, cleaning) : cleaned(member, cleaning);
    // Not by assignment, which `__proto__` would take for something else.
    Object.defineProperty(copy, cleaning.redactor.text(name), { value: after, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

function isError(value: object): value is Error {
  return types.isNativeError(value) || quietly(() => value instanceof Error) === true;
}

/** What `read` gives, or nothing when it throws: getters and proxies can. */
function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
