import { type PiecesRead, readPieces } from "./text-pieces.ts";
import { countBreaks } from "./words.ts";

/** So many lines are told of one file. */
export const MAX_LINES = 100;

export interface TextFound {
  readonly bytes: number;
  readonly binary: boolean;
  /** Where the text begins, each line once: the first `MAX_LINES` of them. */
  readonly lines: readonly number[];
  /** There are more lines than are told. */
  readonly more: boolean;
}

/** Looks for an exact text in a file, and keeps no more of the file than that text is long. `undefined` when it cannot be read. */
export async function findText(path: string, text: string, signal: AbortSignal): Promise<TextFound | undefined> {
  const lines = new Set<number>();
  let line = 1;
  let tail = "";
  const found: PiecesRead | undefined = await readPieces(path, {
    signal,
    onPiece(piece) {
      const window = tail + piece;
      let counted = 0;
      for (let at = window.indexOf(text); at !== -1 && lines.size <= MAX_LINES; at = window.indexOf(text, at + 1)) {
        line += countBreaks(window.slice(counted, at));
        counted = at;
        lines.add(line);
      }
      const keep = Math.max(counted, window.length - text.length + 1);
      line += countBreaks(window.slice(counted, keep));
      tail = window.slice(keep);
      return lines.size > MAX_LINES;
    },
  });
  if (!found) return undefined;
  return { bytes: found.bytes, binary: found.binary, lines: [...lines].slice(0, MAX_LINES), more: lines.size > MAX_LINES };
}
