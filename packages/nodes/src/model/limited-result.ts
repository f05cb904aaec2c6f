import type { NodeContext } from "@dad/agent";
import type { Json } from "@dad/protocol";

/** What a model is told of the result of somebody else's tool, at most. It pays for all of it, in each further step. */
const LIMIT_CHARACTERS = 100_000;

/** A result as it is, or the beginning of its text, without secrets, with a note that says that it is one. */
export function limitedResult(result: Json, { redactor }: Pick<NodeContext, "redactor">): Json {
  const whole = typeof result === "string" ? result : JSON.stringify(result);
  if (whole.length <= LIMIT_CHARACTERS) return result;
  const text = redactor.text(whole);
  if (text.length <= LIMIT_CHARACTERS) return text;
  return `${text.slice(0, LIMIT_CHARACTERS).toWellFormed()}\n[cut: these are the first ${LIMIT_CHARACTERS} of ${text.length} characters]`;
}
