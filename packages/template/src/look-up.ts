import { type Json, nameHint, nearestName } from "@dad/protocol";
import { TemplateError } from "./errors.ts";
import { type Evaluation, written, wrongValue } from "./evaluation.ts";
import type { Access, Chain, NodeResult, Variable } from "./expression.ts";
import { lengthIn } from "./functions.ts";
import { positionsIn } from "./position.ts";
import { own } from "./scope.ts";
import { isList, TYPE_NAMES, typeOf } from "./value-type.ts";

/** The value of a variable or node; `undefined` when there is none. */
export function rootValue({ scope }: Evaluation, root: Variable | NodeResult): Json | undefined {
  return root.kind === "variable" ? scope.variable(root.name) : scope.node(root.name);
}

/** What can be a key. @throws TemplateError (`TEMPLATE_VALUE_INVALID`) for all else. */
export function keyOf(evaluation: Evaluation, { access, key }: { readonly access: Access; readonly key: Json }): string | number {
  if (typeof key !== "string" && typeof key !== "number") {
    throw wrongValue(evaluation, access.key, `a key is a text or an index; here it is ${TYPE_NAMES[typeOf(key)]}`);
  }
  if (typeof key === "number" && !(Number.isInteger(key) && key >= 0)) {
    const advice = key < 0 ? "; from the end, write .last() or .slice(-2)" : "";
    throw wrongValue(evaluation, access.key, `an index is a whole number from 0; here it is ${key}${advice}`);
  }
  return key;
}

/** An item of a list, a member that an object owns, a length, and nothing else: no prototype. `undefined` when there is none. */
export function partOf(value: Json, key: string | number): Json | undefined {
  if (typeof value === "object" && value !== null && !isList(value)) return own(value, String(key));
  if (isList(value) && typeof key === "number") return value[key];
  return key === "length" ? lengthIn(value) : undefined;
}

export function unknownRoot({ scope, text }: Evaluation, { kind, name, offset }: Variable | NodeResult): TemplateError {
  const names = [...(kind === "variable" ? scope.variables() : scope.nodes())];
  const problem = `there is no ${kind === "variable" ? "variable" : "result of a node"} "${name}"; ${nameHint(name, names)}`;
  return unknown(text, offset, { problem, suggestion: nearestName(name, names) });
}

interface Lack {
  readonly chain: Chain;
  readonly access: Access;
  readonly key: string | number;
}

/** What is wrong when a value has no such part. */
export function unknownPart(evaluation: Evaluation, value: Json, { chain, access, key }: Lack): TemplateError {
  const { text } = evaluation;
  const { offset } = access;
  const wanted = `${written(evaluation, { offset: chain.offset, end: offset })} has no ${accessor(key)}`;
  if (isList(value)) return unknown(text, offset, { problem: `${wanted}: it is a list of ${value.length}` });
  if (typeof value !== "object" || value === null) return unknown(text, offset, { problem: `${wanted}: it is ${TYPE_NAMES[typeOf(value)]}` });
  const keys = Object.keys(value);
  return unknown(text, offset, { problem: `${wanted}; ${nameHint(String(key), keys)}`, suggestion: nearestName(String(key), keys) });
}

interface Problem {
  readonly problem: string;
  readonly suggestion?: string | undefined;
}

function unknown(text: string, offset: number, { problem, suggestion }: Problem): TemplateError {
  const details = suggestion === undefined ? {} : { suggestion };
  return new TemplateError("TEMPLATE_REFERENCE_UNKNOWN", problem, { position: positionsIn(text)(offset), details });
}

const LONGEST_KEY = 60;

function accessor(key: string | number): string {
  if (typeof key !== "string") return `[${key}]`;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `.${key.slice(0, LONGEST_KEY)}`;
  return `[${JSON.stringify(key.slice(0, LONGEST_KEY))}]`;
}
