import type { Span } from "./expression.ts";

/** A piece of an expression. */
export interface Token extends Span {
  readonly kind: "node" | "nested" | "name" | "number" | "text" | "symbol" | "unknown" | "end";
  /** As it is written. */
  readonly text: string;
}

/** White space, and one token: a group for each kind. Each is linear in what it matches. */
const TOKEN = new RegExp(
  [
    String.raw`\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)`,
    String.raw`(?<symbol>=>|[=!]==?|[<>]=|&&|\|\||\?\?|\?\.|[\-.[\]{}()<>+*/%!?:,=])`,
    String.raw`(?<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?)`,
    // As in JSON, and in single quotes too.
    String.raw`(?<text>"(?:[^"\\\u0000-\u001f]|\\(?:["'\\/bfnrt]|u[0-9a-fA-F]{4}))*"|'(?:[^'\\\u0000-\u001f]|\\(?:["'\\/bfnrt]|u[0-9a-fA-F]{4}))*')`,
    String.raw`(?<node>\$hier\{)`,
    String.raw`(?<nested>\$expr\{)`,
    String.raw`(?<unknown>\S)|$)`,
  ].join("|"),
  "uy",
);

const KINDS = ["name", "symbol", "number", "text", "node", "nested", "unknown"] as const;

/** The next token of an expression, after white space. */
export function tokenAt(text: string, from: number): Token {
  TOKEN.lastIndex = from;
  const found = TOKEN.exec(text);
  const kind = KINDS[(found?.findIndex((group, index) => index > 0 && group !== undefined) ?? 0) - 1] ?? "end";
  const end = TOKEN.lastIndex;
  const written = found?.groups?.[kind] ?? "";
  return { kind, text: written, offset: end - written.length, end };
}

/** What a sticky expression matches at an offset. */
export function match(form: RegExp, text: string, offset: number): string | undefined {
  form.lastIndex = offset;
  return form.exec(text)?.[0];
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The text that a token of that kind stands for. */
export function unquoted({ text }: Token): string {
  return text.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (_escape, escaped: string) => {
    return escaped.length > 1 ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16)) : (ESCAPES[escaped] ?? escaped);
  });
}
