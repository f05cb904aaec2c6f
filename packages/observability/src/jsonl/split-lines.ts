/** In characters. What is longer is longer than a text can be, or soon will be: no such line is written. */
const LONGEST = 2 ** 28;
/** Stands for a line that is longer. It is no JSON. */
const TOO_LONG = "(a line that is too long)";

/** Lines out of pieces of a text, each piece in turn. */
export interface LineSplitter {
  readonly push: (piece: string) => readonly string[];
  /** What came after the end of the last line. */
  readonly rest: () => string;
}

export function lineSplitter(): LineSplitter {
  // Joined when its end comes: a long line that is joined piece by piece is copied for each of them.
  let begun: string[] = [];
  let length = 0;
  const hold = (piece: string) => {
    length += piece.length;
    if (length > LONGEST) begun = [TOO_LONG];
    else begun.push(piece);
  };
  return {
    push(piece) {
      const lines = piece.split("\n");
      const last = lines.pop() as string;
      if (lines.length > 0) {
        hold(lines[0] as string);
        lines[0] = begun.join("");
        [begun, length] = [[], 0];
      }
      if (last !== "") hold(last);
      return lines;
    },
    rest: () => begun.join(""),
  };
}
