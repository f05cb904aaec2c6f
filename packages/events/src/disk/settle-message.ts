import type { InboxMessage } from "@dad/protocol";
import type { InboxVerdict } from "../inbox.ts";
import { type InboxDirectory, listInbox, putMark } from "./inbox-directory.ts";
import { placeOf } from "./inbox-names.ts";
import { readMessage } from "./read-message.ts";

/** The first verdict stays. A message that is not there has none. */
export async function settleMessage(inbox: InboxDirectory, message: InboxMessage, verdict: InboxVerdict): Promise<void> {
  const { places, marks } = await listInbox(inbox);
  const taken = new Set(places);
  for (let round = 0; ; round++) {
    const place = placeOf(message, round);
    if (!taken.has(place) && !marks.has(place)) return;
    const found = await readMessage(inbox, place);
    if (found === undefined || "unreadable" in found || found.message.id !== message.id) continue;
    if (!marks.has(place)) await putMark(inbox, place, verdict);
    return;
  }
}
