/**
 * A copy of a plain value that nobody can change: what was published stays what it was, whatever the
 * publisher or a subscriber does with it.
 */
export function frozenCopy<Value>(value: Value): Value {
  return copyOf(value) as Value;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const copy = Array.isArray(value) ? value.map(copyOf) : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]));
  return Object.freeze(copy);
}
