/** Enough of a terminal: a cursor that moves, lines that break at the last column and scroll, and what clears them. */
export interface EmulatedScreen {
  write(text: string): void;
  /** What is to be seen: rows without the spaces at their ends. */
  text(): string;
}

interface State {
  readonly columns: number;
  readonly rows: number;
  /** Also those that went out at the top. */
  readonly lines: string[][];
  row: number;
  column: number;
}

// oxlint-disable-next-line no-control-regex -- what a terminal understands
const PARTS = /\u001b\[[?\d;]*[A-Za-z]|\u001b[^[]|\u001b\[?[?\d;]*$|[^]/gu;
// oxlint-disable-next-line no-control-regex -- as above
const CONTROL = /^\u001b\[([\d;]*)([A-Za-z])$/;
// oxlint-disable-next-line no-control-regex -- as above
const UNFINISHED = /^\u001b\[?[?\d;]*$/;
const WIDE = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/u;

export function emulatedScreen(columns: number, rows: number): EmulatedScreen {
  const state: State = { columns, rows, lines: [[]], row: 0, column: 0 };
  let unfinished = "";
  return {
    write(text) {
      const parts = (unfinished + text).match(PARTS) ?? [];
      unfinished = "";
      for (const part of parts) {
        const [, count = "", command] = CONTROL.exec(part) ?? [];
        if (command !== undefined) control(state, command, count);
        else if (UNFINISHED.test(part)) unfinished = part;
        else if (!part.startsWith("\u001b")) put(state, part);
      }
    },
    text: () => state.lines.slice(topOf(state)).map(lineText).join("\n").trimEnd(),
  };
}

function lineText(line: readonly string[]): string {
  return line.join("").trimEnd();
}

function topOf({ lines, rows }: State): number {
  return Math.max(0, lines.length - rows);
}

function goTo(state: State, row: number): void {
  state.row = row;
  while (state.lines.length <= row) state.lines.push([]);
}

function put(state: State, character: string): void {
  if (character === "\n") goTo(state, state.row + 1);
  else if (character === "\r") state.column = 0;
  else if (character === "\b") state.column = Math.max(0, state.column - 1);
  if (character < " ") return;
  const width = WIDE.test(character) ? 2 : 1;
  if (state.column + width > state.columns) {
    goTo(state, state.row + 1);
    state.column = 0;
  }
  const line = state.lines[state.row] ?? [];
  while (line.length < state.column) line.push(" ");
  line[state.column] = character;
  if (width === 2) line[state.column + 1] = "";
  state.column += width;
}

function control(state: State, command: string, count: string): void {
  const { row, column, columns, rows, lines } = state;
  const n = Number(count || 1);
  const left = (lines[row] ?? []).slice(0, column);
  if (command === "A") goTo(state, Math.max(topOf(state), row - n));
  else if (command === "B") goTo(state, Math.min(topOf(state) + rows - 1, row + n));
  else if (command === "C") state.column = Math.min(columns - 1, column + n);
  else if (command === "D") state.column = Math.max(0, Math.min(column, columns - 1) - n);
  else if (command === "G") state.column = n - 1;
  else if (command === "J") lines.splice(row, Infinity, left);
  else if (command === "K") lines[row] = count === "" || count === "0" ? left : [];
}
