/** From 1 each. */
export type TextPosition = readonly [line: number, column: number];

/** Where in a text a code unit is. Columns are characters as people see them in an editor: UTF-16 code units. */
export function positionIn(text: string, offset: number): TextPosition {
  let [line, start] = [1, 0];
  // Not by splitting: a file may have millions of lines, and many problems.
  for (let at = 0; at < offset; at++) {
    const isEnd = text[at] === "\n" || (text[at] === "\r" && !(at + 1 < offset && text[at + 1] === "\n"));
    if (isEnd) [line, start] = [line + 1, at + 1];
  }
  return [line, offset - start + 1];
}
