import { assertJson, type Json } from "@dad/protocol";

/**
 * A copy of a value that nobody can change: what a node gave is read by others, and is on record as it was. Members that are
 * `undefined` are left out.
 *
 * @throws TypeError with the place of what JSON cannot carry.
 */
export function frozenJson(value: unknown): Json {
  const copied = copy(value, []);
  assertJson(copied);
  return copied;
}

function copy(value: unknown, ancestors: readonly object[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  // What goes in a circle, is too deep or is no plain data, is for the check to refuse.
  if (ancestors.length > DEEPEST || ancestors.includes(value)) return value;
  const around = [...ancestors, value];
  if (Array.isArray(value)) return Object.freeze(value.map((item: unknown) => copy(item, around)));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const members = Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
    member === undefined ? [] : [[key, copy(member, around)] as const],
  );
  // `fromEntries` defines members, so that a key `__proto__` stays a key.
  return Object.freeze(Object.fromEntries(members));
}

/** What nests deeper is refused anyway. */
const DEEPEST = 500;
