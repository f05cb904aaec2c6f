import type { Json } from "@dad/protocol";
import { compare, isEqual } from "./compare.ts";
import type { BinaryOperator } from "./expression.ts";
import { type Meter, spend, spendLength, textOf } from "./meter.ts";
import { own } from "./scope.ts";
import { isList, TYPE_NAMES, typeOf } from "./value-type.ts";

/** Operators that read both sides, whatever the first is. */
export type PlainOperator = Exclude<BinaryOperator, "&&" | "||" | "??">;

/** A value, or what is wrong with the operands. */
export type Applied = { readonly value: Json } | { readonly problem: string };

interface Operands {
  readonly left: Json;
  readonly right: Json;
}

export function apply(meter: Meter, operator: PlainOperator, operands: Operands): Applied {
  const { left, right } = operands;
  if (operator === "==") return { value: isEqual(meter, left, right) };
  if (operator === "!=") return { value: !isEqual(meter, left, right) };
  if (operator === "in") return contained(meter, operands);
  if (operator === "+" && (typeof left === "string" || typeof right === "string")) return joined(meter, operands);
  if (Object.hasOwn(ORDERS, operator)) return ordered(meter, operator as Order, operands);
  return calculated(operator as Calculation, operands);
}

type Order = "<" | "<=" | ">" | ">=";

const ORDERS: Readonly<Record<Order, (compared: number) => boolean>> = {
  "<": (compared) => compared < 0,
  "<=": (compared) => compared <= 0,
  ">": (compared) => compared > 0,
  ">=": (compared) => compared >= 0,
};

function ordered(meter: Meter, operator: Order, { left, right }: Operands): Applied {
  const compared = compare(meter, left, right);
  if (compared !== undefined) return { value: ORDERS[operator](compared) };
  return { problem: `${operator} compares two numbers or two texts; here are ${typeNames({ left, right })}` };
}

type Calculation = "+" | "-" | "*" | "/" | "%";

const CALCULATIONS: Readonly<Record<Calculation, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
};

function calculated(operator: Calculation, { left, right }: Operands): Applied {
  if (typeof left === "number" && typeof right === "number") {
    if (right === 0 && (operator === "/" || operator === "%")) return { problem: "nothing can be divided by zero" };
    return { value: CALCULATIONS[operator](left, right) };
  }
  const takes = operator === "+" ? "adds two numbers or joins two texts" : "takes two numbers";
  return { problem: `${operator} ${takes}; here are ${typeNames({ left, right })}` };
}

/** A text and a number, or true and false: what has one text that nobody could mean otherwise. */
function joined(meter: Meter, operands: Operands): Applied {
  const { left, right } = operands;
  if ([left, right].some((value) => value === null || typeof value === "object")) {
    return { problem: `+ joins a text with a text, a number, or true or false; here are ${typeNames(operands)}. Write json(…), or ?? and a default` };
  }
  const value = textOf(left) + textOf(right);
  spendLength(meter, value.length);
  return { value };
}

function contained(meter: Meter, operands: Operands): Applied {
  const { left, right } = operands;
  spend(meter, 1);
  if (isList(right)) return { value: right.some((item) => isEqual(meter, item, left)) };
  if (typeof left === "string" && typeof right === "object" && right !== null) {
    spendLength(meter, left.length);
    return { value: own(right, left) !== undefined };
  }
  const text = typeof left === "string" && typeof right === "string" ? ". For a part of a text, write text.includes(part)" : "";
  return { problem: `in looks for an item in a list, or for a key in an object; here are ${typeNames(operands)}${text}` };
}

function typeNames({ left, right }: Operands): string {
  return `${TYPE_NAMES[typeOf(left)]} and ${TYPE_NAMES[typeOf(right)]}`;
}
