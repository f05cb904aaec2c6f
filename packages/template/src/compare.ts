import type { Json } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import { MAX_VALUE_DEPTH } from "./limits.ts";
import { type Meter, spend, spendLength } from "./meter.ts";
import { own } from "./scope.ts";
import { isList } from "./value-type.ts";

/** Less than zero, zero or more, for two numbers or two texts (by UTF-16 code units); `undefined` for all else. */
export function compare(meter: Meter, left: Json, right: Json): number | undefined {
  spend(meter, 1);
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left !== "string" || typeof right !== "string") return undefined;
  spendLength(meter, Math.min(left.length, right.length));
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether two values are the same JSON. Nothing is converted. */
export function isEqual(meter: Meter, left: Json, right: Json): boolean {
  return equal(left, right, { meter, depth: 0 });
}

interface Comparison {
  readonly meter: Meter;
  readonly depth: number;
}

function equal(left: Json, right: Json, { meter, depth }: Comparison): boolean {
  spend(meter, 1);
  if (typeof left === "string" && typeof right === "string") return equalTexts(meter, left, right);
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  if (left === right) return true;
  if (depth === MAX_VALUE_DEPTH) throw new TemplateError("TEMPLATE_LIMIT_EXCEEDED", `values are compared at most ${MAX_VALUE_DEPTH} deep`);
  const inside = { meter, depth: depth + 1 };
  if (isList(left) || isList(right)) {
    return isList(left) && isList(right) && left.length === right.length && left.every((item, index) => equal(item, right[index] ?? null, inside));
  }
  const keys = Object.keys(left);
  const others = Object.keys(right);
  spend(meter, keys.length + others.length);
  if (keys.length !== others.length) return false;
  return keys.every((key) => {
    const [one, other] = [own(left, key), own(right, key)];
    return one !== undefined && other !== undefined && equal(one, other, inside);
  });
}

function equalTexts(meter: Meter, left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  spendLength(meter, left.length);
  return left === right;
}
