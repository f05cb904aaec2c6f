import type { Pace } from "./pace.ts";

const LINE_BREAK = 0x0a;

/** Asking the clock costs more than looking at a character. */
const CHARACTERS_A_STEP = 4096;

export interface Words {
  readonly text: string;
  readonly count: number;
}

/** The beginning of a text with at most so many words, and the white space between them as it is. A word is what stands between white space, as `wc` has it. */
export async function firstWords(text: string, limit: number, pace: Pace): Promise<Words> {
  let count = 0;
  let end = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (at % CHARACTERS_A_STEP === 0 && pace.due()) await pace.turn();
    if (isSpace(text.charCodeAt(at))) continue;
    if (end !== at || at === 0) {
      if (count === limit) return { text: text.slice(0, end), count };
      count += 1;
    }
    end = at + 1;
  }
  return { text, count };
}

/** `inWord`: the text goes on with a word that was counted. */
export function countWords(text: string, { inWord = false }: { readonly inWord?: boolean } = {}): number {
  let count = 0;
  let within = inWord;
  for (let at = 0; at < text.length; at += 1) {
    const space = isSpace(text.charCodeAt(at));
    if (!space && !within) count += 1;
    within = !space;
  }
  return count;
}

/** The beginning of a text with at most so many bytes of UTF-8, and no character cut. */
export function firstBytes(text: string, limit: number): string {
  if (text.length * 3 <= limit) return text;
  const bytes = Buffer.from(text);
  return bytes.length <= limit ? text : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, limit), { stream: true });
}

/** The beginning of a text with at most so many lines, each with its line break. */
export function firstLines(text: string, limit: number): string {
  let end = 0;
  for (let line = 0; line < limit; line += 1) {
    end = text.indexOf("\n", end) + 1;
    if (end === 0) return text;
  }
  return text.slice(0, end);
}

export interface TextCounter {
  add(piece: string): void;
  /** A line is what a line break ends, or what is left at the end. */
  total(): { readonly lines: number; readonly words: number };
}

/** Counts a text that comes in pieces. */
export function textCounter(): TextCounter {
  let breaks = 0;
  let words = 0;
  let last = LINE_BREAK;
  return {
    add(piece) {
      if (piece === "") return;
      breaks += countBreaks(piece);
      words += countWords(piece, { inWord: !isSpace(last) });
      last = piece.charCodeAt(piece.length - 1);
    },
    total: () => ({ lines: last === LINE_BREAK ? breaks : breaks + 1, words }),
  };
}

export function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
