import type { LocalStore } from "@dad/local";
import type { InboxAnswer, RunId } from "@dad/protocol";

/** The answers that lie in the inbox of a run, which has not taken them yet. */
export async function postedAnswers({ inbox }: Pick<LocalStore, "inbox">, runId: RunId): Promise<InboxAnswer[]> {
  const items = await inbox.pending(runId);
  return items.flatMap((item) => ("message" in item && item.message.kind === "answer" ? [item.message] : []));
}
