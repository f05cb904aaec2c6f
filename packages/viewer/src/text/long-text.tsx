import { useMemo, useState } from "preact/hooks";
import { CopyButton } from "../elements/copy-button.tsx";
import { bytesText } from "../format/amounts.ts";
import { Pieces } from "./shown-text.tsx";
import { chunkAt, endOf } from "./text-chunks.ts";
import { ShowMore } from "../elements/show-more.tsx";

export interface LongTextProps {
  readonly text: string;
  /** What it is, for those who do not see it. */
  readonly label: string;
  readonly term?: string | undefined;
  /** Lines are not broken, as of what programs write. */
  readonly isCode?: boolean;
  /** Said after what is there: more of it is not in the report. */
  readonly cut?: string | undefined;
}

/** What is shorter, and in one line, needs no tools. */
const SHORT = 80;

/** A text of any length: its beginning, and more of it for who asks. */
export function LongText({ text, label, term, isCode = false, cut }: LongTextProps) {
  const [chunks, setChunks] = useState(1);
  const [isWrapped, setWrapped] = useState(!isCode);
  const isShort = text.length < SHORT && !text.includes("\n");
  const parts = useMemo(() => partsOf(text, chunks), [text, chunks]);
  const end = parts.at(-1)?.end ?? 0;
  return (
    <div class="long-text">
      {!isShort && (
        <div class="text-tools">
          <button type="button" class="quiet" aria-pressed={isWrapped} onClick={() => setWrapped(!isWrapped)}>
            Wrap
          </button>
          <CopyButton text={text} what={label} />
        </div>
      )}
      <pre class={isWrapped ? "shown-text wraps" : "shown-text"} aria-label={label} tabIndex={0}>
        {parts.map((part) => (
          <Pieces key={part.start} text={text.slice(part.start, part.end)} term={term} />
        ))}
        {text === "" && <span class="dim">(empty)</span>}
      </pre>
      {end < text.length && (
        <>
          <ShowMore left={`${bytesText(text.length - end)} of ${bytesText(text.length)}`} onMore={() => setChunks(chunks + 1)} />
          <End text={text} label={label} isWrapped={isWrapped} />
        </>
      )}
      {end === text.length && cut !== undefined && <p class="note">{cut}</p>}
    </div>
  );
}

function partsOf(text: string, count: number): readonly { readonly start: number; readonly end: number }[] {
  const parts: { readonly start: number; readonly end: number }[] = [];
  let start = 0;
  for (let index = 0; index < count && start < text.length; index += 1) {
    const end = chunkAt(text, start, index);
    parts.push({ start, end });
    start = end;
  }
  return parts;
}

/** The end of a text that is long: of what a program wrote, mostly that which matters. */
function End({ text, label, isWrapped }: { readonly text: string; readonly label: string; readonly isWrapped: boolean }) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <button type="button" class="more" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
        Show its end
      </button>
      {isShown && (
        <pre class={isWrapped ? "shown-text wraps" : "shown-text"} aria-label={`end of ${label}`} tabIndex={0}>
          <Pieces text={endOf(text)} />
        </pre>
      )}
    </>
  );
}
