import type { Json } from "@dad/protocol";
import { spend, spendLength } from "./meter.ts";
import { placesOf } from "./search-text.ts";
import { type Calling, type Signatures, takes } from "./signature.ts";

/** The methods of texts. Lengths and places are UTF-16 code units, as in JavaScript; no character is cut in two. */
export const TEXT_METHODS: Signatures = {
  upper: takes(["text"], (calling, [text]) => paid(calling, paid(calling, text).toUpperCase())),
  lower: takes(["text"], (calling, [text]) => paid(calling, paid(calling, text).toLowerCase())),
  trim: takes(["text"], (calling, [text]) => paid(calling, text).trim()),
  startsWith: takes(["text", "text"], (calling, [text, part]) => paid(calling, text).startsWith(part)),
  endsWith: takes(["text", "text"], (calling, [text, part]) => paid(calling, text).endsWith(part)),
  includes: takes(["text", "text"], (calling, [text, part]) => part === "" || !places(calling, part, text).next().done),
  replace: takes(["text", "text", "text"], replace),
  split: takes(["text", "text"], split),
  lines: takes(["text"], (calling, [text]) => lines(calling, paid(calling, text))),
  slice: takes(["text", "whole?", "whole?"], slice),
  padStart: takes(["text", "whole", "text?"], padStart),
};

function paid(calling: Calling, text: string): string {
  spendLength(calling.meter, text.length);
  return text;
}

/** Where a part stands. The text is read, and the part too, unless it is too long to stand there. */
function places(calling: Calling, part: string, text: string): Generator<number, void> {
  spendLength(calling.meter, Math.min(part.length, text.length));
  return placesOf(part, paid(calling, text));
}

/** All of them, and none of what a replacement would mean to JavaScript (`$&`). */
function replace(calling: Calling, [text, part, replacement]: readonly [string, string, string]): string {
  const pieces = split(calling, [text, part]);
  spendLength(calling.meter, text.length + (pieces.length - 1) * (replacement.length - part.length));
  return pieces.join(replacement);
}

function split(calling: Calling, [text, part]: readonly [string, string]): readonly string[] {
  if (part === "") throw calling.wrong("an empty text stands everywhere: say what is between the parts");
  const pieces: string[] = [];
  let end = 0;
  for (const place of places(calling, part, text)) {
    spend(calling.meter, 1);
    pieces.push(text.slice(end, place));
    end = place + part.length;
  }
  return [...pieces, text.slice(end)];
}

/** A line break at the end ends the last line, and begins none. */
function lines(calling: Calling, text: string): readonly Json[] {
  const pieces = split(calling, [text, "\n"]).map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  return pieces.at(-1) === "" ? pieces.slice(0, -1) : pieces;
}

function slice(calling: Calling, [text, from = 0, to = text.length]: readonly [string, number | undefined, number | undefined]): string {
  const result = text.slice(boundary(text, from), boundary(text, to));
  spendLength(calling.meter, result.length);
  return result;
}

/** The place itself, or the one before it when it is in the middle of a surrogate pair. */
function boundary(text: string, place: number): number {
  const absolute = place < 0 ? Math.max(0, text.length + place) : place;
  return /[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(Math.max(0, absolute - 1), absolute + 1)) ? absolute - 1 : absolute;
}

/** One shorter than `length` where half of a character would be left to fill. */
function padStart(calling: Calling, [text, length, filler = " "]: readonly [string, number, string | undefined]): string {
  if (filler === "") throw calling.wrong("an empty text fills nothing");
  spendLength(calling.meter, Math.max(length, text.length));
  const rest = Math.max(0, length - text.length) % filler.length;
  return text.padStart(length - rest + boundary(filler, rest), filler);
}
