import { useState } from "preact/hooks";
import { LongText } from "../text/long-text.tsx";
import { Pieces } from "../text/shown-text.tsx";
import { markdownBlocks, markdownSpans } from "./markdown.ts";

/** What is longer is shown as it is: to read it as Markdown takes all of it at once. */
const LONGEST = 12_000;

/** What somebody said to a model or a model said: lightly set where it is Markdown, and as it is for who wants to see that. */
export function MarkdownText({ text, label }: { readonly text: string; readonly label: string }) {
  const [isRaw, setRaw] = useState(false);
  if (text.length > LONGEST) return <LongText text={text} label={label} />;
  const blocks = markdownBlocks(text);
  const isPlain = blocks.every(({ kind }) => kind === "text") && !/[`*]/.test(text);
  if (isPlain) return <Lines text={text} />;
  return (
    <div class="markdown">
      <button type="button" class="quiet raw" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
        As written
      </button>
      {isRaw ? (
        <pre class="shown-text wraps">
          <Pieces text={text} />
        </pre>
      ) : (
        blocks.map((block, index) => <Block key={index} {...block} />)
      )}
    </div>
  );
}

function Block(block: ReturnType<typeof markdownBlocks>[number]) {
  if (block.kind === "text") return <Lines text={block.text} />;
  if (block.kind === "code")
    return (
      <pre class="shown-text" tabIndex={0} aria-label={block.language === "" ? "code" : `code in ${block.language}`}>
        <Pieces text={block.text} />
      </pre>
    );
  return (
    <p class={`heading is-${block.level}`} role="heading" aria-level={Math.min(6, block.level + 3)}>
      <Pieces text={block.text} />
    </p>
  );
}

function Lines({ text }: { readonly text: string }) {
  return (
    <p class="lines">
      {markdownSpans(text).map(({ kind, text: piece }, index) => {
        if (kind === "code")
          return (
            <code key={index}>
              <Pieces text={piece} />
            </code>
          );
        return kind === "strong" ? (
          <strong key={index}>
            <Pieces text={piece} />
          </strong>
        ) : (
          <Pieces key={index} text={piece} />
        );
      })}
    </p>
  );
}
