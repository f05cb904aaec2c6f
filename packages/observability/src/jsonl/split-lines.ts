/** Lines out of pieces of a text, each piece in turn. */
export interface LineSplitter {
  readonly push: (piece: string) => readonly string[];
  /** What came after the end of the last line. */
  readonly rest: () => string;
}

export function lineSplitter(): LineSplitter {
  // Joined when its end comes: a long line that is joined piece by piece is copied for each of them.
  let begun: string[] = [];
  return {
    push(piece) {
      const lines = piece.split("\n");
      const last = lines.pop() as string;
      if (lines.length > 0) {
        begun.push(lines[0] as string);
        lines[0] = begun.join("");
        begun = [];
      }
      if (last !== "") begun.push(last);
      return lines;
    },
    rest: () => begun.join(""),
  };
}
