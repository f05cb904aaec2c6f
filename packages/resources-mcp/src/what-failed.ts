import { messageOf } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import { SdkError, SdkHttpError } from "@modelcontextprotocol/client";
import { z } from "zod";
import { plainText } from "./plain-text.ts";

/** UTF-16 code units of what a server says with a status. */
const MOST_SAID = 300;

/**
 * What went wrong with a server, in words for people, and whether it may go better another time.
 *
 * @param known - The secrets that the server was given.
 */
export function whatFailed(error: unknown, known: Redactor | undefined): { readonly problem: string; readonly retryable: boolean } {
  if (error instanceof SdkHttpError) {
    const whole = plainText(error.message.replace(/^Error POSTing to endpoint:/, "").trim());
    const said = (known?.text(whole) ?? whole).slice(0, MOST_SAID);
    return { problem: `it answers with HTTP ${error.status}${said === "" ? "" : `: ${said}`}`, retryable: isPassing(error.status) };
  }
  const unreached = unreachedBy(error);
  if (unreached !== undefined) return { problem: plainText(unreached), retryable: true };
  if (error instanceof z.core.$ZodError || error instanceof SyntaxError) return { problem: "what it answers is no message of MCP", retryable: false };
  return { problem: plainText(messageOf(error)), retryable: error instanceof SdkError };
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** `fetch` says only that it failed, and its cause why. Of several addresses that were tried, the cause has a code alone. */
function unreachedBy(error: unknown): string | undefined {
  if (!(error instanceof TypeError && error.cause instanceof Error)) return undefined;
  const { message, code, name } = error.cause as NodeJS.ErrnoException;
  return `${error.message}: ${message === "" ? (code ?? name) : message}`;
}
