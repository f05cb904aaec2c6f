import type { Readable } from "node:stream";
import { plainText } from "./plain-text.ts";

const KEPT_CHARACTERS = 2_000;

/** The end of what is written to a stream, as text without control characters, at any time. */
export function textTail(stream: Readable): () => string {
  let tail = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    tail = (tail + chunk).slice(-KEPT_CHARACTERS);
  });
  stream.on("error", () => undefined);
  return () => plainText(tail).trim();
}
