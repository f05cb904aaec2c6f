/** A piece of a text: as it is, or a character that is not seen (or moves what is around it) with its name. */
export interface TextPiece {
  readonly text: string;
  /** What stands for a hidden character, as `U+202E`. */
  readonly mark?: string;
  readonly name?: string;
  /** How often it comes in succession, when more than once. */
  readonly count?: number;
}

/**
 * Control characters but tab and line feed, what orders text anew, what has no width, separators of lines that no editor shows, and
 * halves of characters. A carriage return before a line feed ends a line, and is nothing hidden.
 */
const HIDDEN =
  // oxlint-disable-next-line eslint/no-control-regex, eslint/no-misleading-character-class -- each is looked for by itself
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]|\r(?!\n)|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, "null"],
  [0x07, "bell"],
  [0x08, "backspace"],
  [0x0d, "carriage return"],
  [0x1b, "escape"],
  [0x7f, "delete"],
  [0xad, "soft hyphen"],
  [0x61c, "Arabic letter mark"],
  [0x200b, "zero width space"],
  [0x200c, "zero width non-joiner"],
  [0x200d, "zero width joiner"],
  [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"],
  [0x2028, "line separator"],
  [0x2029, "paragraph separator"],
  [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"],
  [0x202c, "pop directional formatting"],
  [0x202d, "left-to-right override"],
  [0x202e, "right-to-left override"],
  [0x2060, "word joiner"],
  [0x2066, "left-to-right isolate"],
  [0x2067, "right-to-left isolate"],
  [0x2068, "first strong isolate"],
  [0x2069, "pop directional isolate"],
  [0xfeff, "byte order mark"],
]);

/** Splits a text so that nothing in it is hidden from its reader. */
export function textPieces(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (isMeant(text, match.index, match[0])) continue;
    const last = pieces.at(-1);
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    else if (last?.text === match[0]) pieces.pop();
    pieces.push(match.index === end && last?.text === match[0] ? { ...last, count: (last.count ?? 1) + 1 } : markOf(match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** The same as one text, for titles and labels: `a‹U+202E›b`. */
export function visibleText(text: string): string {
  return piecesText(textPieces(text));
}

export function piecesText(pieces: readonly TextPiece[]): string {
  return pieces.map(({ text: plain, mark, count = 1 }) => (mark === undefined ? plain : `‹${mark}${count > 1 ? ` × ${count}` : ""}›`)).join("");
}

/** A joiner between letters of a script that is written with it, or within a picture of several, is a part of what is seen. */
function isMeant(text: string, index: number, character: string): boolean {
  if (character !== "\u200d" && character !== "\u200c") return false;
  const before = text.slice(Math.max(0, index - 2), index);
  const after = text.slice(index + 1, index + 3);
  return JOINED_BEFORE.test(before) && JOINED_AFTER.test(after);
}

const JOINED_BEFORE =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Kannada}\p{Script=Telugu}]$/u;
const JOINED_AFTER =
  /^[\p{Extended_Pictographic}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Kannada}\p{Script=Telugu}]/u;

function markOf(text: string): TextPiece {
  const code = text.codePointAt(0) ?? 0;
  const mark = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = NAMES.get(code) ?? (code >= 0xd800 && code <= 0xdfff ? "half of a character" : code < 0xa0 ? "control character" : "hidden character");
  return { text, mark, name };
}

/** In one line, with at most so many characters, for rows and titles. */
export function oneLine(text: string, most = 200): string {
  // Not all of a long text is looked at.
  const begin = text
    .slice(0, most * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  const cut = begin.length > most || text.length > most * 2;
  return cut ? `${wellCut(begin, most)}…` : begin;
}

/** The beginning of a text, with no character cut in two. */
function wellCut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
}
