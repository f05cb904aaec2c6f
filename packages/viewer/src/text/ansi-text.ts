/** What programs write to terminals besides text: CSI and OSC sequences, character sets, single escapes (ECMA-48). */
const SEQUENCE =
  // oxlint-disable-next-line eslint/no-control-regex -- that is what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;

/** The text alone. */
export function withoutAnsi(text: string): string {
  return text.replaceAll(SEQUENCE, "");
}

export interface AnsiPiece {
  readonly text: string;
  /** Classes of the styles that hold here: `ansi-bold`, `ansi-31`, `ansi-bg-41`. */
  readonly classes: readonly string[];
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** The text with its styles. Sequences that are no styles, such as those that move the cursor, are left out. */
export function ansiPieces(text: string): readonly AnsiPiece[] {
  const pieces: AnsiPiece[] = [];
  let [end, style] = [0, NOTHING];
  const take = (to: number): void => {
    if (to > end) pieces.push({ text: text.slice(end, to), classes: [...style.values()] });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    take(match.index);
    end = match.index + match[0].length;
    if (match[0].endsWith("m")) style = styled(style, match[0].replaceAll(/[^\d;]/g, ""));
  }
  take(text.length);
  return pieces;
}

function styled(style: ReadonlyMap<string, string>, codes: string): ReadonlyMap<string, string> {
  const next = new Map(style);
  const numbers = codes.split(";").map(Number);
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    // Of 256 colours, and of all: they are left out with what belongs to them.
    if (code === 38 || code === 48) index += numbers[index + 1] === 5 ? 2 : 4;
    else apply(next, code);
  }
  return next;
}

function apply(style: Map<string, string>, code: number): void {
  if (code === 0) style.clear();
  else if (code === 1) style.set("weight", "ansi-bold");
  else if (code === 2) style.set("weight", "ansi-dim");
  else if (code === 22) style.delete("weight");
  else if (code === 39) style.delete("colour");
  else if (code === 49) style.delete("ground");
  else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style.set("colour", `ansi-${code % 10}`);
  else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) style.set("ground", `ansi-bg-${code % 10}`);
}
