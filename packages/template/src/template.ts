import type { Expression } from "./expression.ts";

/** A text with places where values go. Immutable; made by `parseTemplate`. */
export interface Template {
  /** What was parsed. */
  readonly text: string;
  /** Literal text as it comes out (escapes resolved), and placeholders. */
  readonly parts: readonly (string | Placeholder)[];
}

/** `$var{…}` gives text. `$expr{…}` gives text too, unless it is the whole template: then it gives its value. */
export interface Placeholder {
  readonly form: "var" | "expr";
  readonly offset: number;
  readonly expression: Expression;
}
