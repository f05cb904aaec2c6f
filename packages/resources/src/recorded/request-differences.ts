import type { Json } from "@dad/protocol";
import { excerpt } from "../excerpt.ts";

export interface Difference {
  /** `messages[0].content`, or `system, line 3` of two texts. */
  readonly path: string;
  /** The two values as JSON, shortened. `nothing` where there is none. */
  readonly recorded: string;
  readonly asked: string;
}

type Value = Json | undefined;

/** Where two JSON values differ, in the order in which `asked` is written. Empty when they are equal. */
export function differencesOf(recorded: Value, asked: Value, path = ""): readonly Difference[] {
  if (Array.isArray(recorded) && Array.isArray(asked)) {
    const indexes = [...Array(Math.max(recorded.length, asked.length)).keys()];
    return indexes.flatMap((index) => differencesOf(recorded[index], asked[index], `${path}[${index}]`));
  }
  if (isObject(recorded) && isObject(asked)) {
    const keys = [...new Set([...Object.keys(asked), ...Object.keys(recorded)])];
    return keys.flatMap((key) => differencesOf(own(recorded, key), own(asked, key), path === "" ? key : `${path}.${key}`));
  }
  if (recorded === asked) return [];
  if (typeof recorded === "string" && typeof asked === "string") return textDifferences(recorded, asked, path);
  return [{ path, recorded: shown(recorded), asked: shown(asked) }];
}

/** How many characters two texts have in common at their beginning. */
export function commonPrefix(left: string, right: string): number {
  const end = Math.min(left.length, right.length);
  let at = 0;
  while (at < end && left[at] === right[at]) at += 1;
  return at;
}

/** Line by line where lines were changed; where some came or went, from the first that differs on. */
function textDifferences(recorded: string, asked: string, path: string): readonly Difference[] {
  const [before, after] = [recorded.split("\n"), asked.split("\n")];
  if (before.length === 1 && after.length === 1) return [lineDifference(recorded, asked, path)];
  const differing = before.flatMap((text, at) => (text === after[at] ? [] : [at]));
  const lines = before.length === after.length ? differing : [differing[0] ?? before.length];
  return lines.map((at) => lineDifference(before[at], after[at], `${path}, line ${at + 1}`));
}

function lineDifference(recorded: string | undefined, asked: string | undefined, path: string): Difference {
  const from = commonPrefix(recorded ?? "", asked ?? "");
  return { path, recorded: shown(recorded, from), asked: shown(asked, from) };
}

function isObject(value: Value): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(object: { readonly [key: string]: Json }, key: string): Value {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function shown(value: Value, from = 0): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" ? JSON.stringify(excerpt(value, from)) : excerpt(JSON.stringify(value));
}
