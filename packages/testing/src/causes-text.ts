import { DadError, type ErrorEnvelope } from "@dad/protocol";

/** An error with its causes, each by its code, in one line. */
export function causesText({ code, message, cause }: ErrorEnvelope): string {
  // A message often ends with that of its cause.
  const own = cause && message.endsWith(cause.message) ? message.slice(0, -cause.message.length).replace(/[\s:]+$/, "") : message;
  return `${code}: ${own}${cause ? ` ← ${causesText(cause)}` : ""}`;
}

/** The codes of an error and of its causes. */
export function codesOf({ code, cause }: ErrorEnvelope): readonly string[] {
  return cause ? [code, ...codesOf(cause)] : [code];
}

/** What a node or a block threw, of an error that only says which one failed: its stack says where. */
export function originOf(error: unknown): unknown {
  if (!DadError.is(error, "NODE_FAILED") && !DadError.is(error, "BLOCK_FAILED")) return error;
  return error.cause === undefined ? error : originOf(error.cause);
}
