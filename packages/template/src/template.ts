import type { Json } from "@dad/protocol";

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

export type Expression = Literal | Reference;

export interface Literal {
  readonly kind: "literal";
  readonly value: Json;
}

export interface Reference {
  readonly kind: "reference";
  readonly root: ReferenceRoot;
  readonly accessors: readonly Accessor[];
}

export interface ReferenceRoot {
  readonly kind: "variable" | "node";
  /** The name of the variable, or the path of the node. */
  readonly name: string;
  readonly offset: number;
}

/** One step into a value: a member by its key, or an item by its index from 0. */
export interface Accessor {
  readonly key: string | number;
  readonly offset: number;
}

/** Longest template, in UTF-16 code units. */
export const MAX_TEMPLATE_LENGTH = 1_048_576;
/** Longest text that rendering one template gives, in UTF-16 code units. */
export const MAX_RENDERED_LENGTH = 16_777_216;
/** Deepest nesting of a value whose strings are rendered. */
export const MAX_DEPTH = 128;
/** Most accessors after one variable or node. */
export const MAX_ACCESSORS = 64;
