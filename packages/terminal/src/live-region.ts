import { stripVTControlCharacters } from "node:util";
import { columnsOf } from "./text-width.ts";

/** Lines at the end of a terminal that change in place. */
export interface LiveRegion {
  /** Has to be fewer lines than the terminal has, each narrower than it. What has not changed is not written again. */
  show(lines: readonly string[]): void;
  /** Puts text above the lines, for good. */
  print(text: string): void;
  /** Takes the lines away. */
  clear(): void;
}

/** The terminal shows what is between them at once, and does not break lines that it measures otherwise. One that knows neither ignores it. */
const [AT_ONCE, AT_ONCE_END] = ["\u001b[?2026h", "\u001b[?2026l"] as const;
const [UNBROKEN, UNBROKEN_END] = ["\u001b[?7l", "\u001b[?7h"] as const;
const CLEAR_REST_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

export interface Terminal {
  write(text: string): void;
  /** At this moment. */
  columns(): number;
}

export function liveRegion(terminal: Terminal): LiveRegion {
  let drawn: readonly string[] = [];
  let drawnColumns = 0;
  let isPrinting = false;
  const write = (text: string) => terminal.write(`${AT_ONCE}${text}${AT_ONCE_END}`);

  /** Back to the first of the lines. Where the terminal has become narrower, it has broken them. */
  function up(): string {
    const columns = terminal.columns();
    const rows = columns < drawnColumns ? drawn.reduce((sum, line) => sum + rowsOf(line, columns), 0) : drawn.length;
    return rows === 0 ? "" : `\r\u001b[${rows}A`;
  }

  function erasing(): string {
    const moves = drawn.length === 0 ? "" : `${up()}${CLEAR_BELOW}`;
    drawn = [];
    return moves;
  }

  function drawing(lines: readonly string[]): string {
    const columns = terminal.columns();
    const erased = columns === drawnColumns ? "" : erasing();
    const written = lines.map((line, at) => `${line === drawn[at] ? "" : `${line}${CLEAR_REST_OF_LINE}`}\r\n`);
    const text = [erased, up(), ...written, lines.length < drawn.length ? CLEAR_BELOW : ""].join("");
    [drawn, drawnColumns] = [lines, columns];
    return `${UNBROKEN}${text}${UNBROKEN_END}`;
  }

  return {
    show(lines) {
      isPrinting = false;
      const isSame = terminal.columns() === drawnColumns && lines.length === drawn.length && lines.every((line, at) => line === drawn[at]);
      if (!isSame) write(drawing(lines));
    },
    print(text) {
      const lines = drawn;
      const above = `${erasing()}${text}${text.endsWith("\n") ? "" : "\n"}`;
      // Where much is printed, the lines are only there again when they are shown the next time.
      write(isPrinting ? above : `${above}${drawing(lines)}`);
      isPrinting = true;
    },
    clear() {
      if (drawn.length > 0) terminal.write(erasing());
    },
  };
}

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(columnsOf(stripVTControlCharacters(line)) / Math.max(1, columns)));
}
