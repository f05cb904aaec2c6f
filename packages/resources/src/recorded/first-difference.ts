import type { Json } from "@dad/protocol";
import { excerpt } from "../excerpt.ts";

export interface Difference {
  /** `messages[0].content` */
  readonly path: string;
  /** The two values as JSON, shortened. `nothing` where there is none. */
  readonly recorded: string;
  readonly asked: string;
}

/** Where two JSON values differ first, in the order in which `asked` is written. `undefined` when they are equal. */
export function firstDifference(recorded: Json | undefined, asked: Json | undefined, path = ""): Difference | undefined {
  if (Array.isArray(recorded) && Array.isArray(asked))
    return firstOf(indexes(recorded, asked), (index) => firstDifference(recorded[index], asked[index], `${path}[${index}]`));
  if (isObject(recorded) && isObject(asked)) {
    const keys = new Set([...Object.keys(asked), ...Object.keys(recorded)]);
    return firstOf(keys, (key) => firstDifference(own(recorded, key), own(asked, key), path === "" ? key : `${path}.${key}`));
  }
  if (Object.is(recorded, asked) || recorded === asked) return undefined;
  const from = typeof recorded === "string" && typeof asked === "string" ? commonPrefix(recorded, asked) : 0;
  return { path, recorded: shown(recorded, from), asked: shown(asked, from) };
}

/** How many characters two texts have in common at their beginning. */
export function commonPrefix(left: string, right: string): number {
  const end = Math.min(left.length, right.length);
  let at = 0;
  while (at < end && left[at] === right[at]) at += 1;
  return at;
}

function indexes(left: readonly Json[], right: readonly Json[]): Iterable<number> {
  return Array.from({ length: Math.max(left.length, right.length) }).keys();
}

function firstOf<Key>(keys: Iterable<Key>, differenceAt: (key: Key) => Difference | undefined): Difference | undefined {
  for (const key of keys) {
    const difference = differenceAt(key);
    if (difference) return difference;
  }
  return undefined;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(object: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function shown(value: Json | undefined, from: number): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" ? JSON.stringify(excerpt(value, from)) : excerpt(JSON.stringify(value));
}
