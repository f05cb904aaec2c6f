import { InboxMessage, type RunId } from "@dad/protocol";
import { InputAnsweredError } from "./errors.ts";
import type { Inbox, InboxItem, InboxVerdict } from "./inbox.ts";
import { type Alarm, alarm } from "./inbox-alarm.ts";
import { checkedRunId, subjectOf, textOfMessage } from "./inbox-message.ts";

interface KeptMessage {
  readonly message: InboxMessage;
  /** As it was posted, whatever its maker does with it later. */
  readonly text: string;
  verdict?: InboxVerdict;
}

/** The messages of one run, oldest first. */
interface Box {
  readonly kept: KeptMessage[];
  /** Of those who follow it. */
  readonly waiting: Set<Alarm>;
}

/** Keeps messages in this process, for any run. They go with it. */
export function memoryInbox(): Inbox {
  const boxes = new Map<RunId, Box>();
  const boxOf = (runId: RunId): Box => {
    const box = boxes.get(checkedRunId(runId)) ?? { kept: [], waiting: new Set() };
    boxes.set(runId, box);
    return box;
  };
  return {
    capabilities: { shared: false },
    async post(message, { signal } = {}) {
      const text = textOfMessage(message);
      signal?.throwIfAborted();
      const { kept, waiting } = boxOf(message.runId);
      if (isTaken(kept, message)) return;
      kept.push({ message: read(text), text });
      for (const news of waiting) news.ring();
    },
    follow: (runId, { signal }) => followBox(boxOf(runId), signal),
    async pending(runId, { signal } = {}) {
      signal?.throwIfAborted();
      return boxOf(runId).kept.flatMap((message) => (message.verdict === undefined ? [itemOf(message)] : []));
    },
    async settle(message, verdict, { signal } = {}) {
      signal?.throwIfAborted();
      const found = boxOf(message.runId).kept.find((one) => isSame(one.message, message));
      if (found) found.verdict ??= verdict;
    },
  };
}

function read(text: string): InboxMessage {
  return InboxMessage.parse(JSON.parse(text));
}

function itemOf({ text }: KeptMessage): InboxItem {
  return { message: read(text) };
}

function isSame(one: InboxMessage, other: InboxMessage): boolean {
  return one.kind === other.kind && one.id === other.id && subjectOf(one) === subjectOf(other);
}

/** Whether it was posted before. @throws InputAnsweredError when another one has its request. */
function isTaken(kept: readonly KeptMessage[], message: InboxMessage): boolean {
  if (kept.some((one) => isSame(one.message, message))) return true;
  if (message.kind !== "answer") return false;
  const first = kept.find((one) => one.message.kind === "answer" && one.message.request === message.request && one.verdict !== "rejected");
  if (first) throw new InputAnsweredError(message.request, first.message.by);
  return false;
}

async function* followBox({ kept, waiting }: Box, signal: AbortSignal): AsyncGenerator<InboxItem, void> {
  const news = alarm();
  waiting.add(news);
  try {
    for (let at = 0; !signal.aborted;) {
      const message = kept[at];
      if (message === undefined) {
        await news.wait(signal);
        continue;
      }
      at += 1;
      if (message.verdict === undefined) yield itemOf(message);
    }
  } finally {
    waiting.delete(news);
  }
}
