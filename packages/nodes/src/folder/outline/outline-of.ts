import type { Parser, Tree } from "@lezer/common";
import { type Pace, paced } from "../pace.ts";
import { javascriptDeclarations } from "./javascript-outline.ts";
import { markdownDeclarations } from "./markdown-outline.ts";
import type { Declaration, OutlineDetail, OutlineEntry, OutlineLanguage, Span } from "./outline-item.ts";
import { documentationText, oneLine } from "./outline-text.ts";
import { pythonDeclarations } from "./python-outline.ts";

const DECLARATIONS = {
  javascript: javascriptDeclarations,
  typescript: javascriptDeclarations,
  tsx: javascriptDeclarations,
  python: pythonDeclarations,
  markdown: markdownDeclarations,
};

export interface SourceText {
  readonly text: string;
  readonly language: OutlineLanguage;
}

/** What a text declares. Text with mistakes has an outline too, of what can be made out. */
export async function outlineOf(source: SourceText, detail: OutlineDetail, pace: Pace): Promise<OutlineEntry[]> {
  const { text, language } = source;
  const tree = await parsed(source, pace);
  const starts = await paced(lineStarts(text), pace);
  const found = await paced(DECLARATIONS[language](tree.topNode, text), pace);
  return await paced(entriesOf(found, { text, starts, detail }), pace);
}

function* entriesOf(found: readonly Declaration[], source: Source): Generator<OutlineEntry> {
  for (const declaration of found) yield entryOf(declaration, source);
}

/** The syntax tree of a text, made in slices. */
export async function parsed({ text, language }: SourceText, pace: Pace): Promise<Tree> {
  const parse = (await parserOf(language)).startParse(text);
  let tree = parse.advance();
  while (!tree) {
    if (pace.due()) await pace.turn();
    tree = parse.advance();
  }
  return tree;
}

/** Loaded when there is something to parse: whoever wants no outline does not wait for the tables of a grammar. */
async function parserOf(language: OutlineLanguage): Promise<Parser> {
  switch (language) {
    case "javascript":
      return (await import("@lezer/javascript")).parser.configure({ dialect: "jsx" });
    case "typescript":
      return (await import("@lezer/javascript")).parser.configure({ dialect: "ts" });
    case "tsx":
      return (await import("@lezer/javascript")).parser.configure({ dialect: "ts jsx" });
    case "python":
      return (await import("@lezer/python")).parser;
    default:
      // Headings and comments are blocks. What stands within a line costs time that grows with the square of its length.
      return (await import("@lezer/markdown")).parser.configure({ remove: MARKDOWN_WITHIN_LINES });
  }
}

const MARKDOWN_WITHIN_LINES = ["Escape", "Entity", "InlineCode", "HTMLTag", "Emphasis", "HardBreak", "Link", "Image", "LinkEnd"];

function* lineStarts(text: string): Generator<number> {
  yield 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) yield at + 1;
}

interface Source {
  readonly text: string;
  readonly starts: readonly number[];
  readonly detail: OutlineDetail;
}

function entryOf({ kind, name, depth, from, to, head, doc }: Declaration, source: Source): OutlineEntry {
  const { text, detail } = source;
  const item = { kind, name: oneLine(name), line: lineAt(from, source), endLine: lineAt(Math.max(from, to - 1), source) };
  if (detail === "basic") return { depth, item };
  const words = typeof head === "string" ? head : head.map((span) => textOf(span, text)).join(" ");
  const signature = oneLine(words).replace(/[\s;,]+$/, "");
  const documentation = detail === "full" && doc ? documentationText(text.slice(doc.from, doc.to)) : "";
  return { depth, item: { ...item, signature, ...(documentation !== "" && { doc: documentation }) } };
}

/** As much as can stand in one line. */
function textOf({ from, to }: Span, text: string): string {
  return text.slice(from, Math.min(to, from + 4000));
}

function lineAt(offset: number, { starts }: Source): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
