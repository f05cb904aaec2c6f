import { accept, advance, type Cursor, cursorAt, invalid, isSymbol, made, nested, peek, separated, take, unexpected } from "./cursor.ts";
import type { BinaryOperator, Chain, Expression, Lambda, NodeResult, Step } from "./expression.ts";
import { MAX_ACCESSORS } from "./limits.ts";
import { checkFunction, checkMethod } from "./parse-call.ts";
import { insteadOfName } from "./foreign.ts";
import { CONSTANTS, reservedProblem } from "./reserved-words.ts";
import type { Placeholder } from "./template.ts";
import { match, type Token, unquoted } from "./token.ts";

/** An expression with the offset behind the brace that closes it. */
export interface Parsed {
  readonly expression: Expression;
  readonly end: number;
}

/** What is between `$var{` (or `$expr{`) and its `}`. @throws TemplateError as `parseTemplate` does. */
export function parseBody(text: string, offset: number, form: Placeholder["form"]): Parsed {
  const cursor = cursorAt(text, offset);
  const body = form === "var" ? variable(cursor) : expression(cursor);
  take(cursor, "}", form === "var" ? OF_VARIABLE : 'an operator, an accessor or "}"');
  return { expression: body, end: cursor.offset };
}

const OF_VARIABLE = '"}", or an accessor (.name, [0] or ["key"]); more than that is written $expr{…}';

function variable(cursor: Cursor): Expression {
  const token = advance(cursor);
  if (token.kind === "node") throw unexpected(cursor, token, "the name of a variable; the result of a node is read as $expr{$hier{…}}");
  if (token.kind !== "name") throw unexpected(cursor, token, "the name of a variable");
  const root = made(cursor, { kind: "variable", name: nameOf(cursor, token), ...spanOf(token) });
  return chain(cursor, root, constantStep);
}

function expression(cursor: Cursor): Expression {
  return nested(cursor, () => {
    const test = binary(cursor, 1);
    if (!accept(cursor, "?")) return test;
    const yes = expression(cursor);
    take(cursor, ":", 'an operator, or ":" and the value otherwise');
    const no = expression(cursor);
    return made(cursor, { kind: "conditional", test, yes, no, offset: test.offset, end: cursor.offset });
  });
}

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "??": 1,
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  in: 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};

/** Operators of at least that precedence, and what is between them. */
function binary(cursor: Cursor, least: number): Expression {
  let left = unary(cursor);
  let before: BinaryOperator | undefined;
  for (let operator = operatorAhead(cursor, least); operator; operator = operatorAhead(cursor, least)) {
    const sign = advance(cursor);
    if (before && (operator === "??") !== (before === "??") && PRECEDENCE[before] <= PRECEDENCE["&&"]) {
      throw invalid(cursor.text, sign.offset, `${before} and ${operator} beside each other need parentheses, which say what belongs together`);
    }
    // `&&` after `??` is left to this loop, which refuses it.
    const right = binary(cursor, 1 + (operator === "??" ? PRECEDENCE["&&"] : PRECEDENCE[operator]));
    left = made(cursor, { kind: "binary", operator, sign: spanOf(sign), left, right, offset: left.offset, end: cursor.offset });
    before = operator;
  }
  return left;
}

function operatorAhead(cursor: Cursor, least: number): BinaryOperator | undefined {
  const { kind, text } = peek(cursor);
  if ((kind !== "symbol" && kind !== "name") || !Object.hasOwn(PRECEDENCE, text)) return undefined;
  const operator = text as BinaryOperator;
  return PRECEDENCE[operator] >= least ? operator : undefined;
}

function unary(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (!isSymbol(token, "!", "-")) return chain(cursor, primary(cursor), step);
  return nested(cursor, () => {
    const operator = advance(cursor).text as "!" | "-";
    const operand = unary(cursor);
    return made(cursor, { kind: "unary", operator, operand, offset: token.offset, end: cursor.offset });
  });
}

/** A value with all steps into it that follow. */
function chain(cursor: Cursor, root: Expression, next: (cursor: Cursor) => Step | undefined): Expression {
  const steps: Step[] = [];
  for (let found = next(cursor); found; found = next(cursor)) {
    steps.push(found);
    if (steps.length > MAX_ACCESSORS) throw invalid(cursor.text, found.offset, `a value has at most ${MAX_ACCESSORS} accessors`);
  }
  if (steps.length === 0) return root;
  return made<Chain>(cursor, { kind: "chain", root, steps, offset: root.offset, end: cursor.offset });
}

function step(cursor: Cursor): Step | undefined {
  const opening = peek(cursor);
  if (!isSymbol(opening, ".", "?.", "[")) return undefined;
  advance(cursor);
  const optional = opening.text === "?.";
  if (opening.text === "[" || (optional && accept(cursor, "["))) {
    const key = expression(cursor);
    take(cursor, "]", '"]"');
    return { kind: "access", key, optional, offset: opening.offset, end: cursor.offset };
  }
  const name = memberName(cursor);
  if (!accept(cursor, "(")) return { kind: "access", key: literal(cursor, name, name.text), optional, offset: opening.offset, end: name.end };
  const given = args(cursor);
  checkMethod(cursor, name, given);
  return { kind: "method", name: name.text, arguments: given, optional, offset: opening.offset, end: cursor.offset };
}

/** `.name`, `[0]` and `["key"]`: what may stand in `$var{…}`. */
function constantStep(cursor: Cursor): Step | undefined {
  const opening = peek(cursor);
  if (!isSymbol(opening, ".", "[")) return undefined;
  advance(cursor);
  const key = opening.text === "." ? memberName(cursor) : advance(cursor);
  const value = key.kind === "text" ? unquoted(key) : key.kind === "name" && opening.text === "." ? key.text : indexOf(key);
  if (value === undefined) throw unexpected(cursor, key, "an index from 0, or a key in quotes");
  if (opening.text === "[") take(cursor, "]", '"]"');
  return { kind: "access", key: literal(cursor, key, value), optional: false, offset: opening.offset, end: cursor.offset };
}

function memberName(cursor: Cursor): Token {
  const token = advance(cursor);
  if (token.kind !== "name") throw unexpected(cursor, token, 'a name after "." (an index is written [0], another key ["key"])');
  return token;
}

function indexOf({ kind, text }: Token): number | undefined {
  const index = kind === "number" ? Number(text) : Number.NaN;
  return Number.isSafeInteger(index) ? index : undefined;
}

const OF_VALUE = "a value: a variable, $hier{…}, a number, a text in quotes, [a list], { an: object } or a function(…)";

function primary(cursor: Cursor): Expression {
  const token = advance(cursor);
  if (token.kind === "number") return literal(cursor, token, finite(cursor, token));
  if (token.kind === "text") return literal(cursor, token, unquoted(token));
  if (token.kind === "node") return nodeResult(cursor, token);
  if (token.kind === "nested") return reference(cursor);
  if (token.kind === "name") return named(cursor, token);
  if (isSymbol(token, "[")) {
    const items = separated(cursor, "]", () => expression(cursor));
    return made(cursor, { kind: "list", items, offset: token.offset, end: cursor.offset });
  }
  if (isSymbol(token, "{")) {
    const keys = new Set<string>();
    const members = separated(cursor, "}", () => member(cursor, keys));
    return made(cursor, { kind: "members", members, offset: token.offset, end: cursor.offset });
  }
  if (!isSymbol(token, "(")) throw unexpected(cursor, token, OF_VALUE);
  const inside = expression(cursor);
  take(cursor, ")", 'an operator, an accessor or ")"');
  return inside;
}

/**
 * An `$expr{…}` in another: a reference that was written in TypeScript. It means what it means alone, so that its names are never
 * parameters of a function around it.
 */
function reference(cursor: Cursor): Expression {
  const { parameters } = cursor;
  cursor.parameters = [];
  const inside = expression(cursor);
  cursor.parameters = parameters;
  take(cursor, "}", '"}" after an expression in another');
  return inside;
}

/** A key and its value. The keys before it are there already. */
function member(cursor: Cursor, keys: Set<string>): { readonly key: string; readonly value: Expression } {
  const token = advance(cursor);
  if (token.kind !== "name" && token.kind !== "text") throw unexpected(cursor, token, "a key: a name, or a text in quotes");
  const key = token.kind === "text" ? unquoted(token) : token.text;
  if (keys.has(key)) throw invalid(cursor.text, token.offset, "this key stands in the object twice");
  keys.add(key);
  take(cursor, ":", '":" and a value');
  return { key, value: expression(cursor) };
}

function named(cursor: Cursor, token: Token): Expression {
  const { text: name } = token;
  const constant = CONSTANTS.get(name);
  if (constant !== undefined) return literal(cursor, token, constant);
  if (accept(cursor, "(")) {
    const given = args(cursor);
    checkFunction(cursor, token, given);
    return made(cursor, { kind: "call", name, arguments: given, offset: token.offset, end: cursor.offset });
  }
  const slot = cursor.parameters.lastIndexOf(name);
  if (slot !== -1) return made(cursor, { kind: "parameter", slot, ...spanOf(token) });
  const instead = insteadOfName(token, peek(cursor));
  if (instead !== undefined) throw invalid(cursor.text, token.offset, `\`${name}\` means nothing here: ${instead}`);
  return made(cursor, { kind: "variable", name: nameOf(cursor, token), ...spanOf(token) });
}

/** What a variable or a parameter is called. @throws TemplateError (`TEMPLATE_INVALID`) for a word that cannot be a name. */
function nameOf({ text }: Cursor, token: Token): string {
  const problem = reservedProblem(token.text);
  if (problem !== undefined) throw invalid(text, token.offset, problem);
  return token.text;
}

const NODE_PATH = /\s*[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*\s*/y;

function nodeResult(cursor: Cursor, opening: Token): NodeResult {
  const path = match(NODE_PATH, cursor.text, opening.end);
  cursor.offset = opening.end + (path?.length ?? 0);
  if (path === undefined) throw unexpected(cursor, peek(cursor), "the id of a node, or ids joined by dots");
  take(cursor, "}", '"}" after the path of a node');
  return made(cursor, { kind: "node", name: path.trim(), offset: opening.offset, end: cursor.offset });
}

function args(cursor: Cursor): readonly (Expression | Lambda)[] {
  return separated(cursor, ")", () => lambda(cursor) ?? expression(cursor));
}

/** `x => …` or `(x, i) => …`, if that is what follows. */
function lambda(cursor: Cursor): Lambda | undefined {
  const { offset } = peek(cursor);
  const ahead = parametersAhead(cursor);
  if (!ahead) return undefined;
  const names = ahead.names.map((name) => nameOf(cursor, name));
  const [first = "", second] = names;
  if (first === second) throw invalid(cursor.text, offset, `two parameters are called "${first}"`);
  const around = cursor.parameters;
  cursor.parameters = [...around, ...names];
  cursor.offset = ahead.end;
  const body = expression(cursor);
  cursor.parameters = around;
  return made(cursor, { kind: "lambda", slot: around.length, body, offset, end: body.end });
}

function parametersAhead({ text, offset }: Cursor): { readonly names: readonly Token[]; readonly end: number } | undefined {
  const ahead = cursorAt(text, offset);
  const several = accept(ahead, "(");
  const names = [advance(ahead)];
  if (several && accept(ahead, ",")) names.push(advance(ahead));
  if ((several && !accept(ahead, ")")) || !accept(ahead, "=>") || names.some(({ kind }) => kind !== "name")) return undefined;
  return { names, end: ahead.offset };
}

function finite({ text }: Cursor, token: Token): number {
  const number = Number(token.text);
  if (!Number.isFinite(number)) throw invalid(text, token.offset, "the number is too large");
  return number;
}

function literal(cursor: Cursor, token: Token, value: string | number | boolean | null): Expression {
  return made(cursor, { kind: "literal", value, ...spanOf(token) });
}

function spanOf({ offset, end }: Token) {
  return { offset, end };
}
