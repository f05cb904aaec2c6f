import { join } from "node:path";
import { type DiskEntry, type DiskFs, ForeignFileRefusal } from "@dad/disk";
import type { Durability, RunId } from "@dad/protocol";
import { InboxStorageError, RunUnknownError } from "../inbox-errors.ts";
import { type InboxListing, listingOf, type Mark } from "./inbox-names.ts";
import type { MessageFiles } from "./message-files.ts";
import { ifFree, ifPresent, syncDirectory } from "./storage.ts";

/** In the directory of a run. It begins with a dot, and so is no id of anything in a run, and no place that a node may write to. */
export const INBOX = ".inbox";

/** The inbox of one run, on a disk. */
export interface InboxDirectory {
  readonly fs: DiskFs;
  readonly durability: Exclude<Durability, "memory">;
  readonly root: string;
  readonly runId: RunId;
  /** The directory of the run, for reading what others may have put there. */
  readonly run: MessageFiles;
}

function runPath({ root, runId }: Pick<InboxDirectory, "root" | "runId">): string {
  return join(root, runId);
}

export function inboxPath(inbox: Pick<InboxDirectory, "root" | "runId">, ...below: readonly string[]): string {
  return join(runPath(inbox), INBOX, ...below);
}

/**
 * `undefined` when nothing was posted yet. No link is followed.
 *
 * @throws RunUnknownError, InboxStorageError
 */
export async function lookAtInbox(inbox: InboxDirectory): Promise<DiskEntry | undefined> {
  const { fs, root, runId } = inbox;
  const run = runPath(inbox);
  if (!(await ifPresent("look at", run, fs.lstat(run)))?.isDirectory()) throw new RunUnknownError(runId, root);
  const path = inboxPath(inbox);
  const found = await ifPresent("look at", path, fs.lstat(path));
  if (found && !found.isDirectory()) throw new InboxStorageError("use", path, new ForeignFileRefusal("it is no directory"));
  return found;
}

/** @throws RunUnknownError, InboxStorageError */
export async function listInbox(inbox: InboxDirectory): Promise<InboxListing> {
  const path = inboxPath(inbox);
  const entries = (await lookAtInbox(inbox)) && (await ifPresent("list", path, inbox.fs.readdir(path, { withFileTypes: true })));
  return listingOf((entries ?? []).map(({ name }) => name));
}

/** Says what became of something. False when that was said before. */
export async function putMark(inbox: InboxDirectory, marked: string, mark: Mark): Promise<boolean> {
  const { fs } = inbox;
  const path = inboxPath(inbox, `${marked}.${mark}`);
  const isFirst = await ifFree("make", path, makeEmpty(fs, path));
  await syncInbox(inbox);
  return isFirst;
}

async function makeEmpty(fs: DiskFs, path: string): Promise<void> {
  const file = await fs.open(path, "wx");
  await file.close();
}

/** Makes the names in an inbox durable, and its own: whoever made it may have been killed before. */
export async function syncInbox(inbox: InboxDirectory): Promise<void> {
  if (inbox.durability === "strict") await Promise.all([inboxPath(inbox), runPath(inbox)].map((path) => syncDirectory(inbox.fs, path)));
}

/** Makes the directory where there is none. */
export async function makeInbox(inbox: InboxDirectory): Promise<void> {
  const path = inboxPath(inbox);
  if (!(await lookAtInbox(inbox))) await ifFree("make", path, inbox.fs.mkdir(path));
}
