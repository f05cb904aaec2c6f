import type { Json } from "@dad/protocol";
import { compare, isEqual } from "./compare.ts";
import { CHARACTERS_PER_STEP } from "./limits.ts";
import { paidTextOf, spend, spendLength } from "./meter.ts";
import { type Calling, type Signatures, takes } from "./signature.ts";
import { isList, TYPE_NAMES, typeOf } from "./value-type.ts";

type List = readonly Json[];

/** The methods of lists. None changes the list that it is called on. */
export const LIST_METHODS: Signatures = {
  map: takes(["list", "function"], (calling, [list, change]) => paid(calling, list).map((item, index) => change(item, index))),
  filter: takes(["list", "test"], (calling, [list, test]) => paid(calling, list).filter((item, index) => test(item, index))),
  find: takes(["list", "test"], (calling, [list, test]) => paid(calling, list).find((item, index) => test(item, index)) ?? null),
  some: takes(["list", "test"], (calling, [list, test]) => paid(calling, list).some((item, index) => test(item, index))),
  every: takes(["list", "test"], (calling, [list, test]) => paid(calling, list).every((item, index) => test(item, index))),
  sort: takes(["list"], (calling, [list]) => sorted(calling, list, list)),
  sortBy: takes(["list", "function"], (calling, [list, keyOf]) => sorted(calling, list, list.map(keyOf))),
  join: takes(["list", "text"], join),
  slice: takes(["list", "whole?", "whole?"], (calling, [list, from, to]) => paid(calling, list.slice(from, to))),
  includes: takes(["list", "any"], (calling, [list, item]) => list.some((other) => isEqual(calling.meter, other, item))),
  concat: takes(["list", "list"], (calling, [list, other]) => [...paid(calling, list), ...paid(calling, other)]),
  flat: takes(["list"], flat),
  first: takes(["list"], (_calling, [list]) => list[0] ?? null),
  last: takes(["list"], (_calling, [list]) => list.at(-1) ?? null),
  unique: takes(["list"], unique),
  sum: takes(["list"], (calling, [list]) => numbersOf(calling, list).reduce((sum, number) => sum + number, 0)),
  reverse: takes(["list"], (calling, [list]) => paid(calling, list).toReversed()),
};

function paid(calling: Calling, list: List): List {
  spend(calling.meter, list.length);
  return list;
}

/** Items in the order of their keys; items with equal keys as they were. */
function sorted(calling: Calling, list: List, keys: List): List {
  const order = paid(calling, list).map((_item, index) => index);
  order.sort((left, right) => {
    const [one, other] = [keys[left] ?? null, keys[right] ?? null];
    const compared = compare(calling.meter, one, other);
    if (compared !== undefined) return compared;
    throw calling.wrong(`what is sorted is all numbers or all texts; here are ${TYPE_NAMES[typeOf(one)]} and ${TYPE_NAMES[typeOf(other)]}`);
  });
  return order.map((index) => list[index] ?? null);
}

function join(calling: Calling, [list, separator]: readonly [List, string]): string {
  let text = "";
  for (const [index, item] of list.entries()) {
    const piece = paidTextOf(calling.meter, item);
    spend(calling.meter, 1);
    spendLength(calling.meter, separator.length);
    text += index === 0 ? piece : separator + piece;
  }
  spendLength(calling.meter, text.length);
  return text;
}

function flat(calling: Calling, [list]: readonly [List]): List {
  return paid(calling, list).flatMap((item) => paid(calling, isList(item) ? item : [item]));
}

function unique(calling: Calling, [list]: readonly [List]): List {
  const seen = new Map<string, Json>();
  const long = new Map<number, number>();
  for (const item of paid(calling, list)) {
    // A text has a quote that tells it from what it may look like.
    const key = (typeof item === "string" ? '"' : "") + paidTextOf(calling.meter, item);
    const alike = key.length > LONGEST_HASHED ? (long.get(key.length) ?? 0) : 0;
    spend(calling.meter, (alike * key.length) / CHARACTERS_PER_STEP);
    if (seen.has(key)) continue;
    seen.set(key, item);
    long.set(key.length, alike + 1);
  }
  return [...seen.values()];
}

/** The hash that the runtime makes of a longer text is its length: it is compared with all others of that length. */
const LONGEST_HASHED = 16_383;

/** @throws the error for an item that is no number. */
export function numbersOf(calling: Calling, list: List): readonly number[] {
  return paid(calling, list).map((item, index) => {
    if (typeof item !== "number") throw calling.wrong(`item ${index} of the list is not a number`);
    return item;
  });
}
