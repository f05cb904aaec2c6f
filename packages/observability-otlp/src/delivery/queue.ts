import { setTimeout as pause } from "node:timers/promises";
import type { OtlpBatching } from "../settings.ts";
import type { Answer } from "./answer.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface DeliveryQueueOptions<Item> {
  readonly batching: Required<OtlpBatching>;
  /** Never rejects. */
  readonly send: (batch: readonly Item[], signal: AbortSignal) => Promise<Answer>;
  /** So many are given up. `answer`: the last one, if that was none that took something. */
  readonly onGivenUp: (count: number, answer: Answer | undefined) => void;
  /** Something does not arrive for now. */
  readonly onFailing: (answer: Answer) => void;
}

/** Hands items over in batches, in the order in which they came, one batch at a time. Nobody waits for it who does not drain it. */
export interface DeliveryQueue<Item> {
  push(item: Item): void;
  /** Resolves when what is there now is handed over or given up, nobody can be reached, or the signal is aborted. */
  drain(signal: AbortSignal): Promise<void>;
  /** Nothing speaks against that what is there now can be handed over soon. */
  readonly healthy: boolean;
  /** Gives up what is left, also what is under way. */
  close(): Promise<void>;
}

const NO_TIME: Answer = { outcome: "unreachable", reason: "it did not answer in the time that was left", cause: undefined };

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** So often a receiver may say that it has no time before that is told. */
const PATIENCE = 3;

interface State<Item> extends DeliveryQueueOptions<Item> {
  readonly items: Item[];
  readonly closed: AbortController;
  batchSize: number;
  timer: NodeJS.Timeout | undefined;
  sending: Promise<Answer> | undefined;
  /** How many are under way. */
  away: number;
  /** How many were handed over or given up, of all that ever came. */
  settled: number;
  failed: Answer | undefined;
  failures: number;
  /** Somebody had no time to wait for an answer. */
  late: boolean;
  /** By the monotonic clock. */
  notBefore: number;
}

export function deliveryQueue<Item>(options: DeliveryQueueOptions<Item>): DeliveryQueue<Item> {
  const queue: State<Item> = {
    ...options,
    items: [],
    closed: new AbortController(),
    batchSize: options.batching.batchSize,
    timer: undefined,
    sending: undefined,
    away: 0,
    settled: 0,
    failed: undefined,
    failures: 0,
    late: false,
    notBefore: 0,
  };
  return {
    push(item) {
      if (queue.closed.signal.aborted) return giveUp(queue, 1);
      queue.items.push(item);
      trim(queue);
      schedule(queue);
    },
    drain: (signal) => drain(queue, signal),
    get healthy() {
      return queue.failed === undefined && !queue.late;
    },
    async close() {
      clearTimeout(queue.timer);
      queue.closed.abort();
      // It comes back at once.
      await queue.sending;
      giveUp(queue, queue.items.splice(0).length, queue.failed ?? NO_TIME);
    },
  };
}

function giveUp<Item>(queue: State<Item>, count: number, answer = queue.failed): void {
  queue.settled += count;
  if (count > 0) queue.onGivenUp(count, answer);
}

/** Keeps the newest. */
function trim<Item>(queue: State<Item>): void {
  const tooMany = queue.items.length - queue.batching.queueSize;
  if (tooMany > 0) giveUp(queue, queue.items.splice(0, tooMany).length);
}

function schedule<Item>(queue: State<Item>): void {
  if (queue.sending || queue.closed.signal.aborted || queue.items.length === 0) return;
  const full = queue.items.length >= queue.batchSize;
  // It is only brought forward by the item that makes a batch full.
  if (queue.timer && queue.items.length !== queue.batchSize) return;
  clearTimeout(queue.timer);
  const wait = Math.max(full ? 0 : queue.batching.delayMs, queue.notBefore - performance.now());
  queue.timer = setTimeout(() => void next(queue, queue.closed.signal), wait).unref();
}

/** The answer for the batch that is under way, or for the next one. */
function next<Item>(queue: State<Item>, signal: AbortSignal): Promise<Answer> {
  clearTimeout(queue.timer);
  queue.timer = undefined;
  queue.sending ??= deliver(queue, signal).finally(() => {
    queue.sending = undefined;
    schedule(queue);
  });
  return queue.sending;
}

async function deliver<Item>(queue: State<Item>, signal: AbortSignal): Promise<Answer> {
  const batch = queue.items.splice(0, queue.batchSize);
  queue.away = batch.length;
  const answer = await queue.send(batch, AbortSignal.any([signal, queue.closed.signal]));
  queue.away = 0;
  if (answer.outcome === "taken") {
    Object.assign(queue, { failed: undefined, failures: 0, late: false, notBefore: 0 });
    queue.settled += batch.length - answer.rejected;
    giveUp(queue, answer.rejected, answer);
    return answer;
  }
  queue.failed = answer;
  if (answer.outcome === "later" || answer.outcome === "unreachable") {
    putBack(queue, batch, answer);
  } else if (answer.status === 413 && batch.length > 1) {
    // Too large at once.
    queue.batchSize = Math.ceil(batch.length / 2);
    queue.items.unshift(...batch);
  } else {
    giveUp(queue, batch.length);
  }
  return answer;
}

function putBack<Item>(queue: State<Item>, batch: readonly Item[], answer: Answer & { outcome: "later" | "unreachable" }): void {
  queue.items.unshift(...batch);
  if (queue.closed.signal.aborted) return;
  queue.failures += 1;
  const usual = Math.min(FIRST_WAIT_MS * 2 ** (queue.failures - 1), LONGEST_WAIT_MS) * (0.8 + 0.4 * Math.random());
  queue.notBefore = performance.now() + ((answer.outcome === "later" ? answer.afterMs : undefined) ?? usual);
  if (answer.outcome === "unreachable" || queue.failures >= PATIENCE) queue.onFailing(answer);
  trim(queue);
}

async function drain<Item>(queue: State<Item>, signal: AbortSignal): Promise<void> {
  const end = queue.settled + queue.items.length + queue.away;
  while (queue.settled < end && !queue.closed.signal.aborted) {
    const answer = await unlessAborted(next(queue, signal), signal);
    if (!answer) queue.late = true;
    if (!answer || answer.outcome === "unreachable") return;
    if (answer.outcome === "later") await pause(Math.max(0, queue.notBefore - performance.now()), undefined, { signal, ref: false }).catch(() => {});
  }
}
