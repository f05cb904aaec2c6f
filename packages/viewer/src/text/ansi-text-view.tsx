import { ansiPieces } from "./ansi-text.ts";
import { Pieces } from "./shown-text.tsx";

/** What a program wrote for a terminal, with its colours, and without all else that it would do there. */
export function AnsiText({ text }: { readonly text: string }) {
  return (
    <bdi>
      {ansiPieces(text).map(({ text: piece, classes }, index) =>
        classes.length === 0 ? (
          <Pieces key={index} text={piece} />
        ) : (
          <span key={index} class={classes.join(" ")}>
            <Pieces text={piece} />
          </span>
        ),
      )}
    </bdi>
  );
}
