import type { Paint, Style } from "./paint.ts";

/** How much is shown, and what is said of the rest. */
export interface DiffBounds {
  readonly paint: Paint;
  readonly most: number;
  /** The command that shows more. */
  readonly more: string;
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
