const FIRST = 16_000;
const LATER = 256_000;
const MOST_LINES = 4000;

/** Where a chunk of a text ends: the first is small, the others are larger, none has very many lines, and none ends within a character. */
export function chunkAt(text: string, start: number, index: number): number {
  const end = lineLimit(text, start, Math.min(text.length, start + (index === 0 ? FIRST : LATER)));
  return end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? "") ? end - 1 : end;
}

function lineLimit(text: string, start: number, end: number): number {
  let at = start;
  for (let lines = 0; lines < MOST_LINES; lines += 1) {
    const next = text.indexOf("\n", at) + 1;
    if (next === 0 || next >= end) return end;
    at = next;
  }
  return at;
}

/** The last of a text, from the beginning of a line where there is one. */
export function endOf(text: string): string {
  const end = text.slice(-FIRST);
  const line = end.indexOf("\n") + 1;
  return (line > 0 && line < end.length ? end.slice(line) : end).replace(/^[\udc00-\udfff]/, "");
}
