import type { Json } from "@dad/protocol";
import { dataOf } from "./data.ts";
import { expressionOf, type Reference, referenceToExpression, type ReferenceText } from "./reference.ts";

/**
 * An expression as a reference to its value. What is put into it are references, or data, which stays data: a text becomes a
 * text in quotes, whatever is in it. `Value` is the author's word; that the expression can be read is checked before anything runs.
 *
 *     condition: (nodes) => expr<boolean>`${nodes.list.length} > 3 && ${nodes.scan.kind} == ${"folder"}`
 */
export function expr<Value>(texts: TemplateStringsArray, ...given: readonly (ReferenceText<unknown> | Json)[]): Reference<Value> {
  const operands = given.map((value) => expressionOf(value) ?? JSON.stringify(dataOf(value, "what is put into an expression")));
  // In parentheses, so that accessors after it are of all of it.
  return referenceToExpression(`(${String.raw({ raw: texts }, ...operands)})`);
}
