import type { Json } from "@dad/protocol";

/** What a model is told of the result of somebody else's tool, at most. It pays for all of it, in each further step. */
const LIMIT_CHARACTERS = 100_000;

/** A result as it is, or the beginning of its text, with a note that says that it is one. */
export function limitedResult(result: Json): Json {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  if (text.length <= LIMIT_CHARACTERS) return result;
  return `${text.slice(0, LIMIT_CHARACTERS).toWellFormed()}\n[cut: these are the first ${LIMIT_CHARACTERS} of ${text.length} characters]`;
}
