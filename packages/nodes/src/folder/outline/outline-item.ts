import { z } from "zod";

/** Languages of which there are outlines. */
export type OutlineLanguage = "javascript" | "markdown" | "python" | "tsx" | "typescript";

/** How much an outline says. */
export type OutlineDetail = "basic" | "full" | "standard";

const OutlineKind = z.enum([
  "class",
  "enum",
  "export",
  "function",
  "heading",
  "import",
  "interface",
  "member",
  "method",
  "namespace",
  "property",
  "type",
  "variable",
]);
export type OutlineKind = z.output<typeof OutlineKind>;

export interface OutlineItem {
  readonly kind: OutlineKind;
  /** An import and the export of another module have the name of that module. */
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  /** The declaration up to its body, in one line. */
  readonly signature?: string | undefined;
  /** What is written about it: a comment in front of it, a docstring in it. */
  readonly doc?: string | undefined;
  readonly children?: OutlineItem[] | undefined;
}

export const OutlineItem: z.ZodType<OutlineItem> = z.strictObject({
  kind: OutlineKind,
  name: z.string(),
  line: z.int().positive(),
  endLine: z.int().positive(),
  signature: z.string().optional(),
  doc: z.string().optional(),
  get children() {
    return z.array(OutlineItem).optional();
  },
});

/** An item in the order of the text, with its nesting as a number. */
export interface OutlineEntry {
  readonly depth: number;
  readonly item: Omit<OutlineItem, "children">;
}

/** A declaration as a language finds it: in the order of the text, each before what is in it. */
export interface Declaration {
  readonly kind: OutlineKind;
  readonly name: string;
  /** How many declarations this one is in. */
  readonly depth: number;
  readonly from: number;
  readonly to: number;
  /** The declaration without its body: pieces of the text, or other words. */
  readonly head: readonly Span[] | string;
  readonly doc?: Span | undefined;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Declarations that are nested deeper are not looked for. */
export const MAX_NESTING = 32;
