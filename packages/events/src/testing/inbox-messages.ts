import { InboxMessage, type Json, RunId } from "@dad/protocol";
import type { Inbox, InboxItem } from "../inbox.ts";

export const RUN = RunId.parse("run_20261122_073443_1f9c2a");
export const OTHER_RUN = RunId.parse("run_20261122_073443_2e8d3b");
export const UNKNOWN_RUN = RunId.parse("run_20261122_073443_3d7c4a");
export const QUESTION = "agent.flow1.node1:language";

interface Particulars {
  readonly id?: string;
  readonly runId?: RunId;
  readonly by?: { readonly channel?: string; readonly who?: string; readonly comment?: string };
}

/** An answer, to `QUESTION` unless another request is given. */
export function answer(value: Json, { request = QUESTION, ...particulars }: Particulars & { readonly request?: string } = {}): InboxMessage {
  return message({ kind: "answer", request, value }, particulars);
}

export function signal(data: Json, { name = "deployed", ...particulars }: Particulars & { readonly name?: string } = {}): InboxMessage {
  return message({ kind: "signal", name, data }, particulars);
}

function message(what: Readonly<Record<string, Json>>, { id = crypto.randomUUID(), runId = RUN, by }: Particulars): InboxMessage {
  const given = { format: "dad.inbox/1", id, runId, by: { channel: "cli", at: "2026-11-22T07:34:43.000Z", ...by }, ...what };
  InboxMessage.parse(given);
  // Not what was parsed: members of a value may be lost there, and that would not be noticed.
  return given as unknown as InboxMessage;
}

/** The messages among the items; what is not readable fails the test. */
export function messagesOf(items: readonly InboxItem[]): InboxMessage[] {
  return items.map((item) => {
    if ("unreadable" in item) throw item.error;
    return item.message;
  });
}

export async function pendingIn(inbox: Inbox, runId: RunId = RUN): Promise<InboxMessage[]> {
  return messagesOf(await inbox.pending(runId));
}

/** Follows until so many messages have come. */
export async function follow(inbox: Inbox, count: number): Promise<InboxMessage[]> {
  const controller = new AbortController();
  const items: InboxItem[] = [];
  if (count === 0) controller.abort();
  for await (const item of inbox.follow(RUN, controller)) if (items.push(item) === count) controller.abort();
  return messagesOf(items);
}
