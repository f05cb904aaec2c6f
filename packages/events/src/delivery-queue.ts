import type { EventOf, RunEvent, UnknownEvent } from "@dad/protocol";
import type { EventHandler } from "./event-bus.ts";
import { failureOf, lossOf } from "./handler-failed.ts";

type Event = RunEvent | UnknownEvent;

export interface DeliveryQueueOptions {
  /** How many events may wait; the oldest make room. */
  readonly capacity: number;
  readonly handle: EventHandler;
  /** Awaited before each delivery. */
  readonly turn: () => Promise<void>;
  /** Is told of failures, and of losses when they have doubled and when the subscriber has caught up. */
  readonly report: (report: EventOf<"handler.failed">) => void;
}

/** The events that one subscriber has yet to handle: in order, one at a time. */
export interface DeliveryQueue {
  push(event: Event): void;
  /** Resolves when all that was pushed before is done with, or the queue is closed. */
  settled(): Promise<void>;
  /** Forgets what waits and delivers nothing more. */
  close(): void;
}

export function deliveryQueue({ capacity, handle, turn, report }: DeliveryQueueOptions): DeliveryQueue {
  const waiting: Event[] = [];
  const progress = milestones();
  const losses = lossCounter(report);
  let pushed = 0;
  let busy = false;
  let closed = false;

  async function deliver(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      await turn();
      const event = waiting.shift();
      if (event === undefined) break;
      await handleOne(event, { handle, report });
      progress.reach(pushed - waiting.length);
    }
    busy = false;
    losses.caughtUp();
  }

  return {
    push(event) {
      if (closed) return;
      const lost = waiting.length === capacity ? waiting.shift() : undefined;
      pushed += 1;
      waiting.push(event);
      if (!busy) void deliver();
      if (lost) losses.add(lost);
    },
    settled: () => (busy ? progress.until(pushed) : Promise.resolve()),
    close() {
      closed = true;
      waiting.length = 0;
      progress.reach(pushed);
    },
  };
}

async function handleOne(event: Event, { handle, report }: Pick<DeliveryQueueOptions, "handle" | "report">): Promise<void> {
  try {
    await handle(event);
  } catch (error) {
    if (event.type !== "handler.failed") report(failureOf(event, error));
  }
}

/** Promises of having come as far as a number. */
function milestones() {
  let waiters: { readonly at: number; readonly resolve: () => void }[] = [];
  return {
    until(at: number): Promise<void> {
      return new Promise((resolve) => waiters.push({ at, resolve }));
    },
    reach(number: number): void {
      const reached = waiters.filter(({ at }) => at <= number);
      waiters = waiters.filter(({ at }) => at > number);
      for (const { resolve } of reached) resolve();
    },
  };
}

function lossCounter(report: DeliveryQueueOptions["report"]) {
  let total = 0;
  let told = 0;
  let latest: Event | undefined;

  function tell(): void {
    if (latest === undefined) return;
    told = total;
    report(lossOf(latest, total));
  }

  return {
    add(lost: Event): void {
      total += 1;
      latest = lost;
      // Not each time: a report fills the queues of the others, and two slow subscribers would report each other for ever.
      if (total >= 2 * told) tell();
    },
    caughtUp(): void {
      if (total > told) tell();
    },
  };
}
