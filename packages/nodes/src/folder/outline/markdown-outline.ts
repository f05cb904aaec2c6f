import type { SyntaxNode } from "@lezer/common";
import type { Declaration } from "./outline-item.ts";

interface Heading {
  readonly level: number;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The headings of Markdown, each to the end of its section. Those in quotations and lists are not looked for. */
export function* markdownDeclarations(top: SyntaxNode, text: string): Generator<Declaration | undefined, void> {
  const headings: Heading[] = [];
  const start = frontMatterEnd(text);
  for (let node = top.firstChild; node; node = node.nextSibling) {
    yield undefined;
    const level = Number(/^(?:ATX|Setext)Heading([1-6])$/.exec(node.name)?.[1] ?? 0);
    if (level > 0 && node.from >= start) headings.push({ level, name: nameOf(text.slice(node.from, node.to), level), from: node.from, to: node.to });
  }
  yield* sections(headings, text.trimEnd().length);
}

function* sections(headings: readonly Heading[], end: number): Generator<Declaration | undefined, void> {
  const ends = sectionEnds(headings, end);
  const levels: number[] = [];
  for (const [index, { level, name, from, to }] of headings.entries()) {
    while ((levels.at(-1) ?? 0) >= level) levels.pop();
    yield { kind: "heading", name, depth: levels.length, from, to: ends[index] ?? to, head: `${"#".repeat(level)} ${name}`.trim() };
    levels.push(level);
  }
}

/** Where the next heading begins that is of the same level or above. */
function sectionEnds(headings: readonly Heading[], end: number): readonly number[] {
  const ends: number[] = [];
  const open: number[] = [];
  for (const [index, { level, from }] of headings.entries()) {
    while (open.length > 0 && (headings[open.at(-1) ?? 0]?.level ?? 0) >= level) ends[open.pop() ?? 0] = from;
    open.push(index);
  }
  for (const index of open) ends[index] = end;
  return ends;
}

/** Data in front of the text, which would read as a heading. */
function frontMatterEnd(text: string): number {
  const opening = /^---[ \t]*\r?\n/.exec(text)?.[0].length ?? 0;
  const closing = /^(?:---|\.\.\.)[ \t]*\r?$/gm;
  closing.lastIndex = opening;
  const found = opening > 0 && closing.exec(text);
  return found ? closing.lastIndex : 0;
}

/** Without the marks of `# Name #` and the line below of the other form. */
function nameOf(heading: string, level: number): string {
  const lines = heading.trim().split("\n");
  if (!heading.trimStart().startsWith("#".repeat(level))) return lines.slice(0, -1).join(" ");
  const name = heading.trim().slice(level);
  let end = name.length;
  while (name[end - 1] === "#") end -= 1;
  // The marks at the end are none unless there is a space before them.
  return end === 0 || /\s/.test(name.charAt(end - 1)) ? name.slice(0, end).trim() : name.trim();
}
