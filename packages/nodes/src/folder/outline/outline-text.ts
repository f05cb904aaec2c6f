import type { OutlineEntry, OutlineItem } from "./outline-item.ts";

/** Longest name and head of a declaration, in UTF-16 units. */
const LONGEST_LINE = 240;

/** A line for each declaration, indented as it is nested, with the lines of the text where it stands. */
export function outlineLine({ depth, item }: OutlineEntry): string {
  const { kind, name, line, endLine, signature, doc } = item;
  const indent = "  ".repeat(depth);
  const place = line === endLine ? `${line}` : `${line}-${endLine}`;
  const documentation = doc?.replaceAll(/^(?=.)/gm, `${indent}  `).replace(/^/, "\n") ?? "";
  return `${indent}${signature ?? `${kind} ${name}`} [${place}]${documentation}`;
}

/** As a nested list. Each entry is in the last one before it that is nested less. */
export function outlineTree(entries: readonly OutlineEntry[]): OutlineItem[] {
  const top: OutlineItem[] = [];
  const open: { depth: number; children: OutlineItem[] }[] = [{ depth: -1, children: top }];
  for (const { depth, item } of entries) {
    while ((open.at(-1)?.depth ?? -1) >= depth) open.pop();
    const children: OutlineItem[] = [];
    const parent = open.at(-1)?.children ?? top;
    parent.push({ ...item, children });
    open.push({ depth, children });
  }
  return top.map(withoutEmpty);
}

function withoutEmpty({ children = [], ...item }: OutlineItem): OutlineItem {
  return children.length === 0 ? item : { ...item, children: children.map(withoutEmpty) };
}

/** In one line, and not longer than people read. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, LONGEST_LINE * 16)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1).toWellFormed()}…` : line.toWellFormed();
}

/** The words of a comment or docstring, without its marks and its indentation. */
export function documentationText(raw: string): string {
  const comment = raw.startsWith("/*");
  const inner = comment ? raw.slice(2, -2) : raw.replace(/^[a-zA-Z]{0,2}("""|'''|"|')/, "").replace(/("""|'''|"|')$/, "");
  const lines = inner.split(/\r?\n/).map((line) => (comment ? line.replace(/^\s*\*+ ?/, "") : line.trim()).trimEnd());
  return lines.join("\n").trim();
}
