import type { Readable } from "node:stream";
import type { RedactedStream } from "@dad/secrets";
import { plainText } from "./plain-text.ts";

const KEPT_CHARACTERS = 2_000;

/**
 * The end of what is written to a stream, as text without control characters, at any time.
 *
 * @param clean - Takes secrets out of it before it is cut: afterwards, nobody sees that a part of one is that.
 */
export function textTail(stream: Readable, clean: RedactedStream): () => string {
  let tail = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    tail = (tail + clean.push(chunk)).slice(-KEPT_CHARACTERS);
  });
  stream.on("end", () => {
    tail = (tail + clean.end()).slice(-KEPT_CHARACTERS);
  });
  stream.on("error", () => undefined);
  return () => plainText(tail).trim();
}
