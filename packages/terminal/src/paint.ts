import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Gives text a style, where the stream shows styles. */
export type Paint = (style: Style, text: string) => string;

/** Styles for terminals; `NO_COLOR`, `FORCE_COLOR` and what the terminal can do decide. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

export const unpainted: Paint = (_style, text) => text;
