/** A piece of an expression. `start` and `end` are offsets in the whole template. */
export interface Token {
  readonly kind: "identifier" | "integer" | "string" | "node" | "punctuation" | "unknown" | "end";
  /** As it is written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s*/y;

/** Tried in this order. Each is linear in what it matches. */
const FORMS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["node", /\$hier\{/y],
  ["identifier", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["integer", /0|[1-9][0-9]*/y],
  // oxlint-disable-next-line no-control-regex -- JSON strings hold none
  ["string", /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y],
  ["punctuation", /[.[\]{}]/y],
  ["unknown", /[^\s]/uy],
];

/** The next token of an expression, after white space. */
export function tokenAt(text: string, offset: number): Token {
  const start = offset + (match(SPACE, text, offset)?.length ?? 0);
  for (const [kind, form] of FORMS) {
    const found = match(form, text, start);
    if (found) return { kind, text: found, start, end: start + found.length };
  }
  return { kind: "end", text: "", start, end: start };
}

/** What a sticky expression matches at an offset. */
export function match(form: RegExp, text: string, offset: number): string | undefined {
  form.lastIndex = offset;
  return form.exec(text)?.[0];
}
