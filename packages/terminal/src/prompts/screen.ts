import { Writable } from "node:stream";
import { columnsOf } from "../text-width.ts";

/** A terminal on which it is known how far down the cursor has come, so that what was shown can be taken back. */
export interface Screen extends Disposable {
  /** Takes what libraries write: a stream with the size of the terminal. */
  readonly stream: Writable;
  write(text: string): void;
  columns(): number;
  /** Rows below the place where it began. */
  row(): number;
  /** Takes back what is below a row. */
  eraseTo(row: number): void;
}

/** Of what does not say how wide it is. */
const NO_SIZE = 80;

// oxlint-disable-next-line no-control-regex -- what moves the cursor of a terminal
const MOVES = /\n|\u001b\[(\d*)([AB])/g;

export function screenOn(output: NodeJS.WriteStream): Screen {
  let row = 0;
  const write = (text: string): void => {
    for (const [move, count, direction] of text.matchAll(MOVES)) row += move === "\n" ? 1 : Number(count || 1) * (direction === "A" ? -1 : 1);
    output.write(text);
  };
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
      done();
    },
  });
  Object.defineProperties(stream, {
    isTTY: { value: output.isTTY },
    columns: { get: () => output.columns },
    rows: { get: () => output.rows },
  });
  const onResize = (): void => void stream.emit("resize");
  output.on("resize", onResize);
  return {
    stream,
    write,
    columns: () => output.columns || NO_SIZE,
    row: () => row,
    eraseTo(to) {
      output.write(`\r${row > to ? `\u001b[${row - to}A` : ""}\u001b[J`);
      row = to;
    },
    [Symbol.dispose]: () => void output.off("resize", onResize),
  };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Lines of at most so many columns, broken between words where that goes: when a terminal breaks them, nobody knows how many there are. */
export function wrapped(text: string, columns: number): string[] {
  const room = Math.max(2, columns);
  return text.split("\n").flatMap((line) => {
    const rows = [""];
    for (const piece of line
      .replaceAll("\t", "  ")
      .split(/(?<= )/)
      .flatMap((word) => piecesOf(word, room))) {
      const fits = columnsOf(`${rows.at(-1)}${piece}`.trimEnd()) <= room;
      if (fits) rows[rows.length - 1] += piece;
      else rows.push(piece);
    }
    return rows.map((row) => row.trimEnd());
  });
}

/** A word that is longer than a row. */
function piecesOf(word: string, room: number): string[] {
  if (columnsOf(word.trimEnd()) <= room) return [word];
  const pieces = [""];
  for (const { segment } of graphemes.segment(word)) {
    if (columnsOf(`${pieces.at(-1)}${segment}`.trimEnd()) > room) pieces.push("");
    pieces[pieces.length - 1] += segment;
  }
  return pieces;
}
