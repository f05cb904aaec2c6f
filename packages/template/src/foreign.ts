import type { Token } from "./token.ts";

/** What is written instead, by those who know another language (or the first form of this one). */
const BEHIND_A_VALUE: Readonly<Record<string, string>> = {
  and: "write &&",
  or: "write || between conditions, and ?? before a default",
  not: "write !=, or !(…) around a condition",
  is: "write ==",
  "=": "to compare, write ==",
  "===": "write ==, which converts nothing",
  "!==": "write !=, which converts nothing",
  "=>": "a function can only be an argument, as in list.map(x => x.name)",
};

const FUNCTIONS: Readonly<Record<string, string>> = {
  len: "write length(…)",
  str: "write string(…)",
  int: "write number(…)",
  float: "write number(…)",
  not: "write !(…)",
};

const VALUES: readonly Token["kind"][] = ["name", "number", "text", "node"];

/** What to write instead of a name, when the token behind it shows that no variable is meant. */
export function insteadOfName({ text }: Token, behind: Token): string | undefined {
  if (text === "py" && behind.text === ":") return "Python is not evaluated: write an expression, or do it in a callback node";
  if (text === "not" && VALUES.includes(behind.kind)) return "write !";
  return undefined;
}

/** What to write instead of something that cannot stand behind a value. */
export function insteadOf({ text }: Token): string | undefined {
  return Object.hasOwn(BEHIND_A_VALUE, text) ? BEHIND_A_VALUE[text] : undefined;
}

/** What to write instead of a function that is none. */
export function insteadOfFunction(name: string): string | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}
