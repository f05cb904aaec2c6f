import type { Json } from "@dad/protocol";
import { LIST_METHODS, numbersOf } from "./list-functions.ts";
import { CHARACTERS_PER_STEP } from "./limits.ts";
import { lengthOf, paidTextOf, spend, spendJson, spendLength } from "./meter.ts";
import { own } from "./scope.ts";
import { type Calling, type Signatures, takes } from "./signature.ts";
import { TEXT_METHODS } from "./text-functions.ts";
import { isList, TYPE_NAMES, typeOf, type ValueType } from "./value-type.ts";

type Members = Readonly<Record<string, Json>>;

const OBJECT_METHODS: Signatures = {
  keys: takes(["object"], keysOf),
  values: takes(["object"], (calling, [object]) => keysOf(calling, [object]).map((key) => own(object, key) ?? null)),
  entries: takes(["object"], (calling, [object]) => keysOf(calling, [object]).map((key) => ({ key, value: own(object, key) ?? null }))),
};

/** The methods of each type. They are found here and nowhere else: not in the value, and not in its prototype. */
export const METHODS: Readonly<Partial<Record<ValueType, Signatures>>> = { list: LIST_METHODS, text: TEXT_METHODS, object: OBJECT_METHODS };

/** What can be called by its name alone. */
export const FUNCTIONS: Signatures = {
  ...OBJECT_METHODS,
  length: takes(["any"], length),
  json: takes(["any"], json),
  parseJson: takes(["text"], parseJson),
  number: takes(["text"], number),
  string: takes(["any"], ({ meter }, [value]) => paidTextOf(meter, value)),
  min: takes(["any", "any?"], (calling, [one, other]) => numbers(calling, one, other).reduce((least, value) => Math.min(least, value))),
  max: takes(["any", "any?"], (calling, [one, other]) => numbers(calling, one, other).reduce((most, value) => Math.max(most, value))),
  abs: takes(["number"], (_calling, [value]) => Math.abs(value)),
  floor: takes(["number"], (_calling, [value]) => Math.floor(value)),
  ceil: takes(["number"], (_calling, [value]) => Math.ceil(value)),
  round: takes(["number"], (_calling, [value]) => Math.round(value)),
  range: takes(["whole", "whole?"], range),
};

/** Sorted: the order of members is nothing that JSON keeps, and a run that is resumed has to see the same. */
function keysOf({ meter }: Calling, [object]: readonly [Members]): readonly string[] {
  const keys = Object.keys(object);
  // To be sorted, each is read about as many times as their number can be halved.
  const readings = Math.log2(keys.length + 1);
  spend(meter, keys.length + (readings * keys.reduce((sum, key) => sum + key.length, 0)) / CHARACTERS_PER_STEP);
  return keys.sort();
}

function length(calling: Calling, [value]: readonly [Json]): number {
  const found = lengthIn(value);
  if (found !== undefined) return found;
  if (typeof value !== "object" || value === null)
    throw calling.wrong(`lists, texts and objects have a length; this is ${TYPE_NAMES[typeOf(value)]}`);
  const { length } = Object.keys(value);
  spend(calling.meter, length);
  return length;
}

/** What `.length` means, where it is no member of an object. */
export function lengthIn(value: Json): number | undefined {
  return typeof value === "string" || isList(value) ? value.length : undefined;
}

/** As an item of a list, a text has its quotes. */
function json({ meter }: Calling, [value]: readonly [Json]): string {
  return paidTextOf(meter, [value]).slice(1, -1);
}

/** Gives data, as everything does: a template in it stays text. */
function parseJson(calling: Calling, [text]: readonly [string]): Json {
  spendLength(calling.meter, text.length);
  spendJson(calling.meter, text.length);
  const value = parsed(calling, text);
  lengthOf(value);
  if (!isFiniteThroughout(value)) throw calling.wrong("a number in the text is too large");
  return value;
}

function parsed(calling: Calling, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // oxlint-disable-next-line eslint/preserve-caught-error -- its message quotes the text, which may be secret
    throw calling.wrong("the text is not JSON");
  }
}

function isFiniteThroughout(value: Json): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isFiniteThroughout);
}

const NUMBER = /^\s*-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\s*$/;

function number(calling: Calling, [text]: readonly [string]): number {
  spendLength(calling.meter, text.length);
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw calling.wrong("the text is not a number as JSON writes them");
}

/** The items of a list of numbers, or two numbers. */
function numbers(calling: Calling, one: Json, other: Json | undefined): readonly number[] {
  const list = other === undefined ? one : [one, other];
  if (!isList(list)) throw calling.wrong(`min and max take two numbers, or a list of numbers; this is ${TYPE_NAMES[typeOf(list)]}`);
  if (list.length === 0) throw calling.wrong("an empty list has no smallest and no largest number; for a default, put it into the list");
  return numbersOf(calling, list);
}

/** `range(3)` is 0, 1, 2; `range(1, 3)` is 1, 2. */
function range({ meter }: Calling, [one, other]: readonly [number, number | undefined]): readonly number[] {
  const [from, to] = other === undefined ? [0, one] : [one, other];
  const size = Math.max(0, to - from);
  spend(meter, size);
  return Array.from({ length: size }, (_, index) => from + index);
}
