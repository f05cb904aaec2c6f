import type { ComponentChildren } from "preact";
import { piecesText, type TextPiece, textPieces } from "./visible-text.ts";

export interface ShownTextProps {
  readonly text: string;
  /** Where it occurs, in any case of its letters, it is marked. */
  readonly term?: string | undefined;
}

/** A text in which nothing is hidden. What it does to the order of letters, it does to itself alone. */
export function ShownText({ text, term }: ShownTextProps) {
  return (
    <bdi>
      <Pieces text={text} term={term} />
    </bdi>
  );
}

/** The same inside of what keeps to itself already. */
export function Pieces({ text, term }: ShownTextProps) {
  const pieces = textPieces(text);
  // Where very much is hidden, each mark as an element of its own would take seconds: after so many, they are text.
  const rest = pieces.length > MOST_PIECES ? piecesText(pieces.slice(MOST_PIECES)) : "";
  return (
    <>
      {pieces.slice(0, MOST_PIECES).map((piece) => (piece.mark === undefined ? marked(piece.text, term) : <HiddenMark piece={piece} />))}
      {rest !== "" && marked(rest, term)}
    </>
  );
}

const MOST_PIECES = 2000;

function HiddenMark({ piece: { mark, name, count = 1 } }: { readonly piece: TextPiece }) {
  return (
    <span class="hidden-mark" title={name}>
      {count > 1 ? `${mark} × ${count}` : mark}
    </span>
  );
}

const MOST_MARKED = 1000;

function marked(text: string, term: string | undefined): ComponentChildren {
  if (term === undefined || term === "") return text;
  const [whole, word] = [text.toLowerCase(), term.toLowerCase()];
  // Some letters have more units in lower case: places in one are not those in the other.
  if (whole.length !== text.length) return text;
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (let at = whole.indexOf(word); at >= 0 && parts.length < MOST_MARKED; at = whole.indexOf(word, end)) {
    parts.push(text.slice(end, at), <mark>{text.slice(at, at + word.length)}</mark>);
    end = at + word.length;
  }
  return [...parts, text.slice(end)];
}
