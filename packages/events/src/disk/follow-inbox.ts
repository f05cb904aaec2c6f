import type { FSWatcher } from "node:fs";
import type { InboxItem } from "../inbox.ts";
import { type Alarm, alarm } from "../inbox-alarm.ts";
import { type InboxDirectory, inboxPath, lookAtInbox } from "./inbox-directory.ts";
import { itemOf, newUnsettled } from "./unsettled.ts";

/** For so many looks after a change there may be another one that leaves the time of the directory as it is: some file systems have no finer ones. */
const LOOKS_AFTER_CHANGE = 10;

/** `watch` of `node:fs`, as far as it is used. */
export type WatchDirectory = (path: string, options: { readonly persistent: false }, changed: () => void) => Pick<FSWatcher, "on" | "close">;

export interface Watching {
  readonly watch: WatchDirectory;
  /** How often an inbox is looked at. Not every file system says when something is put in a directory, and none says it for certain. */
  readonly lookEveryMs: number;
}

/** What is not settled, and what comes, until the signal is aborted. Nothing is given twice. */
export async function* followInbox(
  inbox: InboxDirectory,
  { signal, watch, lookEveryMs }: Watching & { readonly signal: AbortSignal },
): AsyncGenerator<InboxItem, void> {
  const known = new Set<string>();
  const news = alarm();
  using watching = watcher(inboxPath(inbox), watch, news);
  const isChanged = changeDetector(inbox, LOOKS_AFTER_CHANGE * lookEveryMs);
  let woken = true;
  while (!signal.aborted) {
    const there = await isChanged(watching.start);
    for (const one of woken || there ? await newUnsettled(inbox, known) : []) {
      if (signal.aborted) return;
      known.add(one.name);
      const item = await itemOf(inbox, one);
      if (item) yield item;
    }
    woken = await news.wait(signal, lookEveryMs);
  }
}

/** Says whether something may have been put in the inbox since it was asked last, without listing it. Calls when there is an inbox. */
function changeDetector(inbox: InboxDirectory, settlingMs: number): (isThere: () => void) => Promise<boolean> {
  let seen: string | undefined;
  let until = 0;
  return async (isThere) => {
    const entry = await lookAtInbox(inbox);
    if (entry === undefined) return false;
    isThere();
    const now = `${entry.ino} ${entry.mtimeMs}`;
    if (now !== seen) until = performance.now() + settlingMs;
    seen = now;
    return performance.now() < until;
  };
}

/** Rings when the directory changes, from the first start on, where it can be watched. */
function watcher(path: string, watch: WatchDirectory, news: Pick<Alarm, "ring">): Disposable & { readonly start: () => void } {
  let watching: ReturnType<WatchDirectory> | undefined;
  let isStarted = false;
  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      try {
        watching = watch(path, { persistent: false }, () => news.ring());
        // It cannot be watched any more. It is looked at anyway.
        watching.on("error", () => watching?.close());
      } catch {
        // There are no more watches, or there is no such thing here.
      }
    },
    [Symbol.dispose]: () => watching?.close(),
  };
}
