import type { InboxItem } from "../inbox.ts";
import { InboxMessageUnreadableError } from "../inbox-errors.ts";
import { INBOX, type InboxDirectory, listInbox, putMark } from "./inbox-directory.ts";
import { otherOf } from "./inbox-names.ts";
import { type FoundMessage, readMessage } from "./read-message.ts";

/** Something in an inbox that has no mark. */
export interface Unsettled {
  /** How it is known: it stays the same. */
  readonly name: string;
  readonly found: FoundMessage;
}

/**
 * What is not settled and not known, in the order in which it was posted.
 *
 * A directory that others write to may be listed with something and without what was there before that. So it is listed once
 * more, and what has come in after the last that was seen first is left for the next time.
 */
export async function newUnsettled(inbox: InboxDirectory, known: ReadonlySet<string>, signal?: AbortSignal): Promise<readonly Unsettled[]> {
  const first = await look(inbox, known, signal);
  const last = first.at(-1);
  if (last === undefined) return [];
  const later = await look(inbox, new Set([...known, ...first.map(({ name }) => name)]), signal);
  return [...first, ...later.filter((one) => inOrder(one, last) < 0)].sort(inOrder);
}

/** How many are read at a time. */
const WIDTH = 8;

async function look(inbox: InboxDirectory, known: ReadonlySet<string>, signal: AbortSignal | undefined): Promise<Unsettled[]> {
  const { places, marks, others } = await listInbox(inbox);
  const found: Unsettled[] = others
    .map((name) => ({ name: otherOf(name), found: foundOther(name) }))
    .filter(({ name }) => !known.has(name) && !marks.has(name));
  const names = places.filter((name) => !known.has(name) && !marks.has(name));
  for (let at = 0; at < names.length; at += WIDTH) {
    signal?.throwIfAborted();
    const read = names.slice(at, at + WIDTH).map(async (name) => ({ name, found: await readMessage(inbox, name, signal) }));
    for (const one of await Promise.all(read)) if (one.found) found.push({ ...one, found: one.found });
  }
  return found.sort(inOrder);
}

function foundOther(name: string): FoundMessage {
  return { unreadable: new InboxMessageUnreadableError(`${INBOX}/${name}`, "nobody who posts a message calls it so") };
}

/** What cannot be read comes first. Those that were posted at the same time are in the order of their names. */
function inOrder(left: Unsettled, right: Unsettled): number {
  return orderOf(left) - orderOf(right) || (left.name < right.name ? -1 : 1);
}

function orderOf({ found }: Unsettled): number {
  return "unreadable" in found ? 0 : found.order;
}

/** As it is given. `undefined`: somebody else was given what cannot be read, and has set it aside. */
export async function itemOf(inbox: InboxDirectory, { name, found }: Unsettled): Promise<InboxItem | undefined> {
  if ("message" in found) return { message: found.message };
  const { unreadable: error } = found;
  return (await putMark(inbox, name, "unreadable")) ? { unreadable: error.place, error } : undefined;
}
