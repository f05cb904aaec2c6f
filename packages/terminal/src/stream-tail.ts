import { stripVTControlCharacters } from "node:util";
import type { EventOf } from "@dad/protocol";
import { visible } from "./visible.ts";

/** The end of what a node has said so far. */
export interface StreamTail {
  readonly channel: string;
  readonly text: string;
}

/** UTF-16 code units: more than a line of a terminal has. */
const KEPT = 1000;

/** However much comes, about a line of it is kept. */
export function withStreamed(before: StreamTail | undefined, { channel, text }: Pick<EventOf<"output.streamed">, "channel" | "text">): StreamTail {
  if (text.length >= KEPT) return { channel, text: text.slice(-KEPT) };
  const earlier = before === undefined || before.channel === channel ? (before?.text ?? "") : `${before.text}\n`;
  return { channel, text: `${earlier}${text}`.slice(-KEPT) };
}

/** The last line of it that says something, as it may be shown on a terminal. Colours are left out. */
export function lastLine({ text }: StreamTail): string {
  const lines = stripVTControlCharacters(text).split(/[\r\n\u2028\u2029]/);
  return oneLine(lines.findLast((line) => line.trim() !== "") ?? "");
}

/** Text in one line, as it may be shown on a terminal. */
export function oneLine(text: string): string {
  return visible(text.trim().replaceAll(/\s+/g, " "));
}
