import { canonicalJson, type Json, messageOf } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import { CHARACTERS_PER_STEP, MAX_RENDERED_LENGTH, MAX_STEPS, MAX_VALUE_DEPTH } from "./limits.ts";

/** What the expressions of one template have cost. */
export interface Meter {
  steps: number;
}

/** @throws TemplateError (`TEMPLATE_LIMIT_EXCEEDED`) after `MAX_STEPS`. */
export function spend(meter: Meter, steps: number): void {
  meter.steps += steps;
  if (meter.steps > MAX_STEPS) throw tooMuch(`the expressions of a template cost at most ${MAX_STEPS} steps`);
}

/** For reading or making as many characters. */
export function spendLength(meter: Meter, length: number): void {
  if (length > MAX_RENDERED_LENGTH) throw tooMuch(`a text has at most ${MAX_RENDERED_LENGTH} characters`);
  spend(meter, length / CHARACTERS_PER_STEP);
}

/**
 * The length of a value, written as JSON without escapes (or at most one more for each part). In memory it may be much shorter:
 * an expression can put one list into another a million times.
 *
 * @throws TemplateError (`TEMPLATE_LIMIT_EXCEEDED`) for what has no end below the limits.
 */
export function lengthOf(value: Json): number {
  let length = 0;
  const count = (part: Json, depth: number): void => {
    if (depth > MAX_VALUE_DEPTH) throw tooMuch(`a value is nested at most ${MAX_VALUE_DEPTH} deep`);
    length += ownLength(part);
    if (length > MAX_RENDERED_LENGTH) throw tooMuch(`a value has at most ${MAX_RENDERED_LENGTH} characters`);
    if (typeof part !== "object" || part === null) return;
    if (Array.isArray(part)) for (const item of part as readonly Json[]) count(item, depth + 1);
    else {
      for (const [key, member] of Object.entries(part)) {
        length += key.length + 3;
        count(member, depth + 1);
      }
    }
  };
  count(value, 0);
  return length;
}

/** What a part adds besides its own parts: with its quotes or brackets, and the comma behind it. */
function ownLength(part: Json): number {
  if (typeof part === "string") return part.length + 3;
  return typeof part === "object" && part !== null ? 3 : String(part).length + 1;
}

/** What stands in a text for a value: a text as it is, all else as canonical JSON, so that equal values give equal texts. */
export function textOf(value: Json): string {
  if (typeof value === "string") return value;
  lengthOf(value);
  return jsonOf(value);
}

/** For a value whose `lengthOf` has been looked at. With escapes, its text can be six times as long. */
function jsonOf(value: Json): string {
  const text = canonicalTextOf(value);
  if (text.length > MAX_RENDERED_LENGTH) throw tooMuch(`the text of a value has at most ${MAX_RENDERED_LENGTH} characters`);
  return text;
}

function canonicalTextOf(value: Json): string {
  try {
    return canonicalJson(value);
  } catch (cause) {
    throw new TemplateError("TEMPLATE_VALUE_INVALID", `the value has no JSON text: ${messageOf(cause)}`, { cause });
  }
}

/** Reading and writing JSON costs more than reading text: each `1,` is an item. */
const TEXT_PER_JSON = 4;

/** For reading or writing as many characters of JSON. */
export function spendJson(meter: Meter, length: number): void {
  spend(meter, (TEXT_PER_JSON * length) / CHARACTERS_PER_STEP);
}

/** What `textOf` gives, paid for. */
export function paidTextOf(meter: Meter, value: Json): string {
  if (typeof value === "string") {
    spendLength(meter, value.length);
    return value;
  }
  spendJson(meter, lengthOf(value));
  const text = jsonOf(value);
  spendLength(meter, text.length);
  return text;
}

function tooMuch(problem: string): TemplateError {
  return new TemplateError("TEMPLATE_LIMIT_EXCEEDED", problem);
}
