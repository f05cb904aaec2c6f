import { TemplateError } from "./errors.ts";
import { positionsIn } from "./position.ts";
import { type Accessor, type Expression, MAX_ACCESSORS, type Placeholder, type Reference, type ReferenceRoot } from "./template.ts";
import { match, type Token, tokenAt } from "./token.ts";

/** Where the parser stands in the text of a template. */
interface Cursor {
  readonly text: string;
  offset: number;
}

/** `body` with the offset after its closing brace. */
export interface Parsed {
  readonly expression: Expression;
  readonly end: number;
}

/** What is between `$var{` (or `$expr{`) and its `}`. @throws TemplateError (`TEMPLATE_INVALID`). */
export function parseBody(text: string, offset: number, form: Placeholder["form"]): Parsed {
  const cursor: Cursor = { text, offset };
  const expression = form === "var" ? variable(cursor) : value(cursor);
  take(cursor, "}", form === "var" || expression.kind === "reference" ? '"}", or an accessor (.name, [0] or ["key"])' : '"}"');
  return { expression, end: cursor.offset };
}

export function invalid(text: string, offset: number, problem: string): TemplateError {
  return new TemplateError("TEMPLATE_INVALID", problem, { position: positionsIn(text)(offset) });
}

function value(cursor: Cursor): Expression {
  const token = tokenAt(cursor.text, cursor.offset);
  if (token.kind === "string") {
    cursor.offset = token.end;
    return { kind: "literal", value: JSON.parse(token.text) as string };
  }
  if (token.kind === "node") return reference(cursor, node(cursor, token));
  if (token.kind === "identifier") return variable(cursor);
  throw unexpected(cursor, token, "a variable, $hier{…} or a text in double quotes");
}

function variable(cursor: Cursor): Reference {
  const token = tokenAt(cursor.text, cursor.offset);
  if (token.kind === "node") throw unexpected(cursor, token, "the name of a variable; the result of a node is read as $expr{$hier{…}}");
  if (token.kind !== "identifier") throw unexpected(cursor, token, "the name of a variable");
  cursor.offset = token.end;
  return reference(cursor, { kind: "variable", name: token.text, offset: token.start });
}

const NODE_PATH = /\s*[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*\s*/y;

function node(cursor: Cursor, opening: Token): ReferenceRoot {
  const path = match(NODE_PATH, cursor.text, opening.end);
  cursor.offset = opening.end + (path?.length ?? 0);
  if (path === undefined) throw unexpected(cursor, tokenAt(cursor.text, cursor.offset), "the id of a node, or ids joined by dots");
  take(cursor, "}", '"}" after the path of a node');
  return { kind: "node", name: path.trim(), offset: opening.start };
}

function reference(cursor: Cursor, root: ReferenceRoot): Reference {
  const accessors: Accessor[] = [];
  for (let next = accessor(cursor); next; next = accessor(cursor)) {
    accessors.push(next);
    if (accessors.length > MAX_ACCESSORS) throw invalid(cursor.text, next.offset, `a reference has at most ${MAX_ACCESSORS} accessors`);
  }
  return { kind: "reference", root, accessors };
}

function accessor(cursor: Cursor): Accessor | undefined {
  const opening = tokenAt(cursor.text, cursor.offset);
  if (opening.text !== "." && opening.text !== "[") return undefined;
  cursor.offset = opening.end;
  const token = tokenAt(cursor.text, cursor.offset);
  cursor.offset = token.end;
  if (opening.text === ".") {
    if (token.kind !== "identifier") throw unexpected(cursor, token, 'a name after "." (an index is written [0], another key ["key"])');
    return { key: token.text, offset: opening.start };
  }
  const key = keyOf(token);
  if (key === undefined) throw unexpected(cursor, token, "an index from 0, or a key in double quotes");
  take(cursor, "]", '"]"');
  return { key, offset: opening.start };
}

function keyOf(token: Token): string | number | undefined {
  if (token.kind === "string") return JSON.parse(token.text) as string;
  const index = token.kind === "integer" ? Number(token.text) : Number.NaN;
  return Number.isSafeInteger(index) ? index : undefined;
}

function take(cursor: Cursor, text: string, expected: string): void {
  const token = tokenAt(cursor.text, cursor.offset);
  if (token.kind !== "punctuation" || token.text !== text) throw unexpected(cursor, token, expected);
  cursor.offset = token.end;
}

const LONGEST_EXCERPT = 20;

function unexpected(cursor: Cursor, token: Token, expected: string): TemplateError {
  const excerpt = token.text.length > LONGEST_EXCERPT ? `${token.text.slice(0, LONGEST_EXCERPT)}…` : token.text;
  return invalid(cursor.text, token.start, `expected ${expected}, but found ${token.kind === "end" ? "the end of the text" : `\`${excerpt}\``}`);
}
