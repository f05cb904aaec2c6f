import type { Paint, Style } from "./paint.ts";

/** How much is shown, and what is said of the rest. */
export interface DiffBounds {
  readonly paint: Paint;
  readonly most: number;
  /** The command that shows more. */
  readonly more: string;
}

const NO_END = "\\ No newline at end of file";

/** Of a diff of one text: without that it does not end its last line, where that was so before and is so after, as in most that models say. */
export function withoutEndMarks(unified: string): string {
  const lines = unified.split("\n");
  const marks = lines.flatMap((line, at) => (line === NO_END ? [at] : []));
  const isInBoth = marks.length === 2 || marks.some((at) => lines[at - 1]?.startsWith(" "));
  return isInBoth ? lines.filter((line) => line !== NO_END).join("\n") : unified;
}

/** The first lines of a unified diff, with colours. */
export function diffLines(unified: string, bounds: DiffBounds): string[] {
  return bounded(paintedLines(unified, bounds.paint), bounds);
}

/** All lines of a unified diff, with colours. */
export function paintedLines(unified: string, paint: Paint): string[] {
  const lines = unified.replace(/\n$/, "").split("\n");
  return lines.map((line) => painted(line, paint));
}

/** The first lines, and how many there are besides. One line is never left out for a line that says so. */
export function bounded(lines: readonly string[], { paint, most, more }: DiffBounds): string[] {
  if (lines.length <= most + 1) return [...lines];
  return [...lines.slice(0, most), paint("dim", `… and ${(lines.length - most).toLocaleString("en-US")} more lines: ${more}`)];
}

const STYLES: readonly (readonly [RegExp, Style])[] = [
  [/^(?:diff --git |index |--- |\+\+\+ )/, "bold"],
  [/^@@ /, "cyan"],
  [/^\+/, "green"],
  [/^-/, "red"],
];

function painted(line: string, paint: Paint): string {
  const style = STYLES.find(([form]) => form.test(line))?.[1];
  return style ? paint(style, line) : line;
}
