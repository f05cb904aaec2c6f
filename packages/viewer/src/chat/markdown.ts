/** A line, or some, of a text that is written as Markdown. Only what is read often in what models say and are told is told apart. */
export type MarkdownBlock =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "heading"; readonly text: string; readonly level: number }
  | { readonly kind: "code"; readonly text: string; readonly language: string };

/** A piece of a line. */
export interface MarkdownSpan {
  readonly text: string;
  readonly kind: "text" | "code" | "strong";
}

// No two parts of these match the same letters: a line of any kind takes no longer than it is.
const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const HEADING = /^(#{1,6}) (.+)$/s;

/** Splits a text at its headings and fenced code. Put together, the blocks have all of it but the marks. */
export function markdownBlocks(text: string): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  const lines = text.split("\n");
  let plain: string[] = [];
  const endPlain = (): void => {
    if (plain.some((line) => line !== "")) blocks.push({ kind: "text", text: plain.join("\n").replace(/^\n+|\n+$/g, "") });
    plain = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const [fence, heading] = [FENCE.exec(line), HEADING.exec(line)];
    const end = fence ? closing(lines, at + 1, fence[1] ?? "```") : -1;
    if (fence && end >= 0) {
      endPlain();
      blocks.push({ kind: "code", text: lines.slice(at + 1, end).join("\n"), language: (fence[2] ?? "").trim().split(/\s/, 1)[0] ?? "" });
      at = end;
    } else if (heading) {
      endPlain();
      blocks.push({ kind: "heading", text: (heading[2] ?? "").trim(), level: heading[1]?.length ?? 1 });
    } else plain.push(line);
  }
  endPlain();
  return blocks;
}

/** Code that nothing ends goes on to the end of the text, as everywhere. */
function closing(lines: readonly string[], start: number, mark: string): number {
  const end = lines.findIndex((line, index) => index >= start && line.trim().startsWith(mark) && line.trim().replaceAll(mark[0] ?? "`", "") === "");
  return end < 0 ? lines.length : end;
}

/** Code and what is bold in a text. */
export function markdownSpans(text: string): readonly MarkdownSpan[] {
  const spans: MarkdownSpan[] = [];
  let end = 0;
  for (const match of text.matchAll(/`([^`\n]+)`|\*\*([^*\n]+)\*\*/g)) {
    if (match.index > end) spans.push({ kind: "text", text: text.slice(end, match.index) });
    spans.push(match[1] === undefined ? { kind: "strong", text: match[2] ?? "" } : { kind: "code", text: match[1] });
    end = match.index + match[0].length;
  }
  if (end < text.length) spans.push({ kind: "text", text: text.slice(end) });
  return spans;
}
