import { watch as nodeWatch } from "node:fs";
import { join, resolve } from "node:path";
import { type DiskFs, nodeDisk } from "@dad/disk";
import type { Durability, RunId } from "@dad/protocol";
import type { Inbox, InboxItem } from "../inbox.ts";
import { checkedRunId } from "../inbox-message.ts";
import { followInbox, type Watching } from "./follow-inbox.ts";
import type { InboxDirectory } from "./inbox-directory.ts";
import { confinedFiles, filesByName, type MessageFiles } from "./message-files.ts";
import { postMessage } from "./post-message.ts";
import { settleMessage } from "./settle-message.ts";
import { itemOf, newUnsettled } from "./unsettled.ts";

export interface DiskInboxOptions {
  /** The directory that holds the runs, one directory each. */
  readonly root: string;
  /** `relaxed` does not wait for the disk: what was posted outlives the process, but not a power loss. Default `strict`. */
  readonly durability?: Exclude<Durability, "memory">;
  /** Default: the disk of this machine, of which no link is followed. Of another one, that is left to it. */
  readonly fs?: DiskFs;
}

/** What it works with. */
export interface InboxSystem extends Watching {
  readonly fs: DiskFs;
  /** Reads what is below a directory. Default: what is on this machine. */
  readonly filesIn?: (directory: string) => MessageFiles;
}

const LOOK_EVERY_MS = 250;

/**
 * An {@link Inbox} in a directory of runs: `<root>/<runId>/.inbox`. Any number of processes may post, and nobody waits for another;
 * whoever is killed leaves nothing in the way. A run has to be there; its inbox is made with the first message.
 *
 * A message is a directory with one file, `<kind>-<digest of the request, or of the id of a signal>.<round>/<order>.json`, and what
 * became of it an empty file beside that, `….accepted`, `….rejected` or `….unreadable`. Nothing of it is ever changed or removed. The
 * next round is for what is posted when the message of the last one was not taken.
 *
 * Messages are seen at once where directories can be watched, and after a quarter of a second elsewhere.
 *
 * Errors: those of the port, and `INBOX_STORAGE_FAILED`.
 */
export function diskInbox(options: DiskInboxOptions): Inbox {
  const { fs } = options;
  const disk = fs === undefined ? { fs: nodeDisk } : { fs, filesIn: (directory: string) => filesByName(fs, directory) };
  return diskInboxOn({ ...disk, watch: nodeWatch, lookEveryMs: LOOK_EVERY_MS }, options);
}

/** Exported for its tests. */
export function diskInboxOn(
  { fs, filesIn = confinedFiles, ...watching }: InboxSystem,
  { root: given, durability = "strict" }: DiskInboxOptions,
): Inbox {
  const root = resolve(given);
  const inboxOf = (id: RunId): InboxDirectory => {
    const runId = checkedRunId(id);
    return { fs, durability, root, runId, run: filesIn(join(root, runId)) };
  };
  return {
    capabilities: { shared: true },
    post: async (message, { signal } = {}) => postMessage(inboxOf(message.runId), message, signal),
    follow: (runId, { signal }) => followInbox(inboxOf(runId), { signal, ...watching }),
    async pending(runId, { signal } = {}) {
      const inbox = inboxOf(runId);
      signal?.throwIfAborted();
      const items: InboxItem[] = [];
      for (const one of await newUnsettled(inbox, new Set(), signal)) {
        const item = await itemOf(inbox, one);
        if (item) items.push(item);
      }
      return items;
    },
    async settle(message, verdict, { signal } = {}) {
      const inbox = inboxOf(message.runId);
      signal?.throwIfAborted();
      await settleMessage(inbox, message, verdict);
    },
  };
}
