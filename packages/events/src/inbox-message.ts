import { InboxMessage, RunId } from "@dad/protocol";
import { InboxMessageTooLargeError } from "./inbox-errors.ts";

/** What a message may have as JSON, in UTF-8. */
export const LARGEST_MESSAGE_BYTES = 1_048_576;

/** @throws TypeError */
export function checkedRunId(runId: RunId): RunId {
  const parsed = RunId.safeParse(runId);
  if (!parsed.success) throw new TypeError(`${JSON.stringify(runId)} is not a run id: ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

/** A message as it is kept. @throws TypeError for what is none, InboxMessageTooLargeError */
export function textOfMessage(message: InboxMessage): string {
  const issue = InboxMessage.safeParse(message).error?.issues[0];
  if (issue) throw new TypeError(`this is no message for an inbox: ${issue.path.join(".")}: ${issue.message}`);
  const text = JSON.stringify(message);
  const bytes = Buffer.byteLength(text);
  if (bytes > LARGEST_MESSAGE_BYTES) throw new InboxMessageTooLargeError(bytes, LARGEST_MESSAGE_BYTES);
  return text;
}

/** What names that for which of several messages only one is taken: a request, or the signal itself. */
export function subjectOf(message: InboxMessage): string {
  return message.kind === "answer" ? message.request : message.id;
}
