import { TemplateError } from "./errors.ts";
import { insteadOf } from "./foreign.ts";
import { type Argument, type Expression, partsOf, type Span } from "./expression.ts";
import { MAX_EXPRESSION_DEPTH } from "./limits.ts";
import { positionsIn } from "./position.ts";
import { type Token, tokenAt } from "./token.ts";

/** Where the parser stands in the text of a template. */
export interface Cursor {
  readonly text: string;
  offset: number;
  /** What was last looked at, so that looking twice costs nothing. */
  ahead: { readonly from: number; readonly token: Token } | undefined;
  /** The parameters of the functions around, outermost first. */
  parameters: readonly string[];
  /** How many expressions around are not complete yet. */
  open: number;
  /** How many levels there are in each expression that is complete. */
  readonly heights: Map<Argument, number>;
}

export function cursorAt(text: string, offset: number): Cursor {
  return { text, offset, ahead: undefined, parameters: [], open: 0, heights: new Map() };
}

/** The next token. */
export function peek(cursor: Cursor): Token {
  if (cursor.ahead?.from !== cursor.offset) cursor.ahead = { from: cursor.offset, token: tokenAt(cursor.text, cursor.offset) };
  return cursor.ahead.token;
}

/** Goes on behind the next token, and gives it. */
export function advance(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.offset = token.end;
  return token;
}

/** True for one of these symbols. */
export function isSymbol(token: Token, ...symbols: readonly string[]): boolean {
  return token.kind === "symbol" && symbols.includes(token.text);
}

/** Goes on behind a symbol if it is the next token. */
export function accept(cursor: Cursor, symbol: string): boolean {
  const found = isSymbol(peek(cursor), symbol);
  if (found) advance(cursor);
  return found;
}

/** Goes on behind a symbol. @throws TemplateError (`TEMPLATE_INVALID`) when it is not the next token. */
export function take(cursor: Cursor, symbol: string, expected: string): void {
  if (!accept(cursor, symbol)) throw unexpected(cursor, peek(cursor), expected);
}

/** What is between commas, up to the symbol that closes it. The one that opens it has been taken. */
export function separated<Item>(cursor: Cursor, close: string, item: () => Item): readonly Item[] {
  const items: Item[] = [];
  if (accept(cursor, close)) return items;
  do items.push(item());
  while (accept(cursor, ","));
  take(cursor, close, `"," or "${close}"`);
  return items;
}

/** An expression that is complete. @throws TemplateError (`TEMPLATE_LIMIT_EXCEEDED`) when it has too many levels. */
export function made<Made extends Argument>(cursor: Cursor, expression: Made): Made {
  const height = 1 + partsOf(expression).reduce((highest, part) => Math.max(highest, cursor.heights.get(part) ?? 1), 0);
  if (height > MAX_EXPRESSION_DEPTH) throw tooDeep(cursor, expression);
  cursor.heights.set(expression, height);
  return expression;
}

/** Reads an expression that stands in another. @throws TemplateError (`TEMPLATE_LIMIT_EXCEEDED`) when it stands too deep. */
export function nested(cursor: Cursor, read: (cursor: Cursor) => Expression): Expression {
  if (cursor.open === MAX_EXPRESSION_DEPTH) throw tooDeep(cursor, peek(cursor));
  cursor.open += 1;
  const expression = read(cursor);
  cursor.open -= 1;
  return expression;
}

function tooDeep({ text }: Cursor, { offset }: Span): TemplateError {
  const problem = `expressions stand in one another at most ${MAX_EXPRESSION_DEPTH} deep`;
  return new TemplateError("TEMPLATE_LIMIT_EXCEEDED", problem, { position: positionsIn(text)(offset) });
}

export function invalid(text: string, offset: number, problem: string): TemplateError {
  return new TemplateError("TEMPLATE_INVALID", problem, { position: positionsIn(text)(offset) });
}

const LONGEST_EXCERPT = 20;

export function unexpected({ text }: Cursor, token: Token, expected: string): TemplateError {
  if (token.text === '"' || token.text === "'") return invalid(text, token.offset, UNCLOSED);
  if (token.text === "$") return invalid(text, token.offset, "in an expression, a variable is its name alone, and the result of a node is $hier{…}");
  const instead = insteadOf(token);
  if (instead !== undefined) return invalid(text, token.offset, `\`${token.text}\` means nothing here: ${instead}`);
  const excerpt = token.text.length > LONGEST_EXCERPT ? `${token.text.slice(0, LONGEST_EXCERPT)}…` : token.text;
  return invalid(text, token.offset, `expected ${expected}, but found ${token.kind === "end" ? "the end of the text" : `\`${excerpt}\``}`);
}

const UNCLOSED =
  "this text is not closed, or holds what stands in none: a line break (write \\n), or a back slash before another character than JSON has";
