import { commandLine } from "../format/shell.ts";
import { ShownText } from "../text/shown-text.tsx";
import { CopyButton } from "./copy-button.tsx";

/** A command line that can be copied. */
export function Command({ words }: { readonly words: readonly string[] }) {
  const line = commandLine(...words);
  return (
    <span class="command">
      <code>
        <ShownText text={line} />
      </code>
      <CopyButton text={line} what={line} />
    </span>
  );
}
