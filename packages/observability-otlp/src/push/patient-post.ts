import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "../delivery/answer.ts";
import { post, type Way } from "./post.ts";

/** How often a request is sent at most, and how long is waited in all between them, in milliseconds. */
const ATTEMPTS = 6;
const LONGEST_WAIT_MS = 60_000;

/** What may go better in a second. Who is not there now, or speaks something else, is not asked again. */
const BROKEN: readonly unknown[] = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "ABORT_ERR"];

/** Posts a text, again while the receiver says that it has no time or a connection breaks. Rejects with the reason of the signal. */
export async function patientPost(text: string, way: Way, signal: AbortSignal): Promise<Answer> {
  let waited = 0;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await post(text, way, signal);
    signal.throwIfAborted();
    if (answer.outcome === "taken" || answer.outcome === "refused" || attempt === ATTEMPTS || isHopeless(answer)) return answer;
    const wait = (answer.outcome === "later" ? answer.afterMs : undefined) ?? 500 * 2 ** attempt;
    if (waited + wait > LONGEST_WAIT_MS) return answer;
    waited += wait;
    await pause(wait, undefined, { signal });
  }
}

function isHopeless(answer: Answer): boolean {
  if (answer.outcome !== "unreachable") return false;
  const { cause } = answer;
  return !(cause instanceof Error && "code" in cause && BROKEN.includes(cause.code));
}
