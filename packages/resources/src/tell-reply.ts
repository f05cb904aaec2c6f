import type { ModelResponse } from "@dad/protocol";
import type { GenerateOptions } from "./model-resource.ts";
import { partsOf } from "./reply.ts";

/** A word and the white space after it. */
const PIECE = /\s*\S+\s*/g;

/** Tells a reply that is whole already in pieces, as if it came: word by word, in the order of its parts. */
export function tellReply(reply: ModelResponse, onPiece: GenerateOptions["onPiece"]): void {
  if (!onPiece) return;
  for (const part of partsOf(reply)) {
    if (part.type !== "text" && part.type !== "reasoning") continue;
    for (const text of part.text.match(PIECE) ?? (part.text === "" ? [] : [part.text])) onPiece({ channel: part.type, text });
  }
}
