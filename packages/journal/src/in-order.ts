import type { Json } from "@dad/protocol";

/** What is nested deeper takes the slow way. */
const DEEPEST = 100;

/**
 * A copy of a JSON value, with the members of its objects in canonical order, so that `JSON.stringify` gives its canonical
 * text, in less than half of the time. `undefined` for what is no JSON, and for what is and whose members JavaScript would put
 * into another order.
 */
export function inOrder(value: unknown, depth = 0): Json | undefined {
  if (typeof value === "string") return value.isWellFormed() ? value : undefined;
  // Minus zero is written as zero.
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : undefined;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "object" || depth === DEEPEST) return undefined;
  if (Array.isArray(value)) return itemsInOrder(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? membersInOrder(value as Record<string, unknown>, depth) : undefined;
}

function itemsInOrder(items: readonly unknown[], depth: number): Json | undefined {
  const copy: Json[] = [];
  // Not `map` and the like: they leave out what is missing.
  for (let index = 0; index < items.length; index++) {
    const item = inOrder(items[index], depth + 1);
    if (item === undefined) return undefined;
    copy.push(item);
  }
  return copy;
}

function membersInOrder(members: Readonly<Record<string, unknown>>, depth: number): Json | undefined {
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(members).sort()) {
    const member = inOrder(members[key], depth + 1);
    if (member === undefined || !keepsItsPlace(key)) return undefined;
    copy[key] = member;
  }
  return copy;
}

/** What looks like an index comes before all other members, and `__proto__` is no member at all when it is assigned to. */
function keepsItsPlace(key: string): boolean {
  return key !== "__proto__" && !(key >= "0" && key < ":") && key.isWellFormed();
}
