import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { DiskFs } from "@dad/disk";
import type { InboxMessage } from "@dad/protocol";
import { InputAnsweredError } from "../errors.ts";
import { InboxStorageError } from "../inbox-errors.ts";
import { textOfMessage } from "../inbox-message.ts";
import { INBOX, type InboxDirectory, inboxPath, listInbox, makeInbox, syncInbox } from "./inbox-directory.ts";
import { DRAFT, type InboxListing, placeOf } from "./inbox-names.ts";
import { readMessage } from "./read-message.ts";
import { ifPresent, onDisk, sync, syncDirectory } from "./storage.ts";

/** How often a place may turn out to be taken that was free just before. One time is for each of those who post the same at this moment. */
const TRIES = 1_000;

/**
 * A message is a directory with one file in it. It is made under another name, and moved to its place when it is whole: a directory
 * takes the place of no other one that something is in (rename(2)), so that exactly one of many is there, and none is there by half.
 */
export async function postMessage(inbox: InboxDirectory, message: InboxMessage, signal?: AbortSignal): Promise<void> {
  const text = textOfMessage(message);
  for (let tries = 0; tries < TRIES; tries++) {
    signal?.throwIfAborted();
    const listing = await listInbox(inbox);
    const place = await freePlace(inbox, listing, message);
    // Higher than that of all that was posted before: nothing that was is ever removed.
    const order = listing.places.length + 1;
    if (place === undefined || (await putMessage(inbox, { place, order, text, signal }))) {
      await syncInbox(inbox);
      await removeOldDrafts(inbox, listing.drafts);
      return;
    }
  }
  throw new InboxStorageError("post to", inboxPath(inbox), new Error(`its places were taken ${TRIES} times`));
}

/** `undefined`: it was posted before. @throws InputAnsweredError when another one has its request. */
async function freePlace(inbox: InboxDirectory, { places, marks }: InboxListing, message: InboxMessage): Promise<string | undefined> {
  const taken = new Set(places);
  for (let round = 0; ; round++) {
    const place = placeOf(message, round);
    const mark = marks.get(place);
    const found = taken.has(place) && mark !== "unreadable" ? await readMessage(inbox, place) : undefined;
    // What was marked and is gone is not used again: what is marked is not read.
    if (found === undefined && mark === undefined) return place;
    if (found === undefined || "unreadable" in found) continue;
    if (found.message.id === message.id) return undefined;
    if (message.kind === "answer" && mark !== "rejected") throw new InputAnsweredError(message.request, found.message.by);
  }
}

interface NewMessage {
  readonly place: string;
  readonly order: number;
  readonly text: string;
  readonly signal: AbortSignal | undefined;
}

/** False when the place is taken. */
async function putMessage(inbox: InboxDirectory, { place, order, text, signal }: NewMessage): Promise<boolean> {
  const { fs } = inbox;
  await makeInbox(inbox);
  const draft = inboxPath(inbox, `${DRAFT}${randomUUID()}`);
  const file = join(draft, `${order}.json`);
  let isPosted = false;
  try {
    await onDisk("make", draft, fs.mkdir(draft));
    await writeFile(inbox, file, text);
    if (inbox.durability === "strict") await syncDirectory(fs, draft);
    signal?.throwIfAborted();
    isPosted = await moveIfFree(fs, draft, inboxPath(inbox, place));
    return isPosted;
  } finally {
    if (!isPosted) await discard(fs, draft, file);
  }
}

async function writeFile(inbox: InboxDirectory, path: string, text: string): Promise<void> {
  const file = await onDisk("create", path, inbox.fs.open(path, "wx"));
  try {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += (await onDisk("write", path, file.write(bytes, done, bytes.length - done))).bytesWritten;
    if (inbox.durability === "strict") await sync(file, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  // What cannot be closed need not be whole.
  await onDisk("close", path, file.close());
}

/** What is said when something is in the directory, or there is something else. */
const TAKEN: ReadonlySet<unknown> = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR"]);
/** What Windows says, which moves a directory to the place of none at all. */
const REFUSED: ReadonlySet<unknown> = new Set(["EPERM", "EACCES"]);

/** False when the place is taken, or the draft is gone: somebody took it for one that was left. */
async function moveIfFree(fs: DiskFs, draft: string, place: string): Promise<boolean> {
  const moved = fs.rename(draft, place).then(
    () => true,
    async (error: NodeJS.ErrnoException) => {
      if (TAKEN.has(error.code)) return false;
      if (REFUSED.has(error.code) && (await isDirectory(fs, place))) return false;
      throw error;
    },
  );
  return (await ifPresent("post to", place, moved)) ?? false;
}

async function isDirectory(fs: DiskFs, path: string): Promise<boolean> {
  return (await fs.lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Why it was not posted says more than that the remains could not be removed either. */
async function discard(fs: DiskFs, draft: string, file: string): Promise<void> {
  await fs.unlink(file).catch(() => undefined);
  await fs.rmdir(draft).catch(() => undefined);
}

/** So long takes nobody to post a message. Whoever does, and wakes up, makes another draft. */
const OLD_MS = 3_600_000;

/** Drafts of processes that were killed. It is posted, whatever becomes of them. */
async function removeOldDrafts({ fs, run, ...place }: InboxDirectory, drafts: readonly string[]): Promise<void> {
  for (const draft of drafts) {
    const found = await fs.lstat(inboxPath(place, draft)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > OLD_MS) await run.remove(`${INBOX}/${draft}`).catch(() => undefined);
  }
}
