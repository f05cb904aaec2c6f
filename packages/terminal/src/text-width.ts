import stringWidth from "fast-string-width";

/** What every terminal shows in one column. */
const PLAIN = /^[ -~]*$/;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many columns of a terminal a line of text takes: wide characters and emoji two, combining ones none. */
export function columnsOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The beginning of a line, with `…` in place of what does not fit. */
export function cutEnd(text: string, columns: number): string {
  return fits(text, columns) ? text : `${taken(charactersOf(text), columns - 1).join("")}${columns > 0 ? "…" : ""}`;
}

/** The end of a line, with `…` in place of what does not fit. */
export function cutStart(text: string, columns: number): string {
  return fits(text, columns)
    ? text
    : `${columns > 0 ? "…" : ""}${taken(charactersOf(text).reverse(), columns - 1)
        .toReversed()
        .join("")}`;
}

function fits(text: string, columns: number): boolean {
  return columnsOf(text) <= columns;
}

function charactersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function taken(characters: readonly string[], columns: number): readonly string[] {
  let width = 0;
  const end = characters.findIndex((character) => (width += columnsOf(character)) > columns);
  return end === -1 ? characters : characters.slice(0, end);
}
