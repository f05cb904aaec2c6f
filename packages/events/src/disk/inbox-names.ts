import { digestOfBytes, hexOfDigest, type InboxMessage } from "@dad/protocol";
import type { InboxVerdict } from "../inbox.ts";
import { subjectOf } from "../inbox-message.ts";

/** What the names begin with of what is not posted yet. */
export const DRAFT = ".dad_tmp_";

/** How the one file of a message is called: by its place in the order of posting. */
export const MESSAGE_FILE = /^([1-9][0-9]{0,14})\.json$/;

const PLACE = /^(?:answer|signal)-[0-9a-f]{64}\.(?:0|[1-9][0-9]{0,8})$/;
const MARK = /^(.+)\.(accepted|rejected|unreadable)$/;
const OTHER = /^other-[0-9a-f]{64}$/;

/** What became of a message, by the name of its mark: a file without content, beside it. */
export type Mark = InboxVerdict | "unreadable";

/** What is in the directory of an inbox, by its names. */
export interface InboxListing {
  /** The places of messages. */
  readonly places: readonly string[];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly drafts: readonly string[];
  /** What nobody here would call so. */
  readonly others: readonly string[];
}

export function listingOf(names: readonly string[]): InboxListing {
  const listing = { places: [] as string[], marks: new Map<string, Mark>(), drafts: [] as string[], others: [] as string[] };
  for (const name of names) {
    const [, marked = "", mark] = MARK.exec(name) ?? [];
    if (PLACE.test(name)) listing.places.push(name);
    else if (PLACE.test(marked) || (OTHER.test(marked) && mark === "unreadable")) {
      // Two may have settled one at the same moment. What was accepted once, a run goes on with.
      if (listing.marks.get(marked) !== "accepted") listing.marks.set(marked, mark as Mark);
    } else if (name.startsWith(DRAFT)) listing.drafts.push(name);
    else listing.others.push(name);
  }
  return listing;
}

/**
 * Where a message may lie, one place after the other: the first one is that of whatever was posted first for its request, and the
 * next ones are for what comes when that was rejected. A name is safe on every file system, also where case is ignored.
 */
export function placeOf(message: InboxMessage, round: number): string {
  return `${message.kind}-${hexOf(subjectOf(message))}.${round}`;
}

/** Whether a message belongs in that place, whoever put it there. */
export function isPlaceOf(message: InboxMessage, place: string): boolean {
  return place.startsWith(`${message.kind}-${hexOf(subjectOf(message))}.`);
}

/** What the mark of something that has no name of ours is called after. */
export function otherOf(name: string): string {
  return `other-${hexOf(name)}`;
}

function hexOf(text: string): string {
  return hexOfDigest(digestOfBytes(text));
}
