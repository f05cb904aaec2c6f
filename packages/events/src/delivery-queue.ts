import type { RunEvent, UnknownEvent } from "@dad/protocol";
import type { SubscribeOptions } from "./event-bus.ts";
import type { FairTurns } from "./fair-turns.ts";
import { clear, type Fifo, fifo, firstOf, push, shift } from "./fifo.ts";
import type { Handling } from "./handling.ts";
import { lossCounter } from "./loss-counter.ts";

type Event = RunEvent | UnknownEvent;

export interface DeliveryQueueOptions {
  /** How many events may wait. */
  readonly capacity: number;
  readonly overflow: NonNullable<SubscribeOptions["overflow"]>;
  readonly handling: Handling;
  readonly turns: FairTurns;
  /** Runs what it is given in the async context of the subscriber. */
  readonly inContext: (work: () => void) => void;
  /** Is told of losses: the latest, and how many there are in all. */
  readonly lost: (latest: Event, total: number) => void;
}

/** The events that one subscriber has yet to handle: in order, one at a time. */
export interface DeliveryQueue {
  readonly dropped: number;
  push(event: Event): void;
  /** Resolves when all that was pushed before is done with, or the queue is closed. */
  settled(): Promise<void>;
  /** Forgets what waits and delivers nothing more. */
  close(): void;
}

export function deliveryQueue({ capacity, overflow, lost, ...delivering }: DeliveryQueueOptions): DeliveryQueue {
  const waiting = fifo<Event>();
  const progress = milestones();
  const losses = lossCounter(lost);
  let pushed = 0;
  let closed = false;
  const delivery = inTurns(waiting, { ...delivering, done: () => progress.reach(pushed - waiting.size), idle: () => losses.caughtUp() });

  return {
    get dropped() {
      return losses.total;
    },
    push(event) {
      if (closed) return;
      const isFull = waiting.size === capacity;
      if (isFull && overflow === "drop-newest") return losses.add(event, event);
      const oldest = isFull ? shift(waiting) : undefined;
      pushed += 1;
      push(waiting, event);
      delivery.start();
      if (oldest) losses.add(oldest, event);
    },
    settled: () => (delivery.busy && !closed ? progress.until(pushed) : Promise.resolve()),
    close() {
      closed = true;
      clear(waiting);
      progress.reach(pushed);
    },
  };
}

interface InTurnsOptions extends Pick<DeliveryQueueOptions, "handling" | "turns" | "inContext"> {
  /** Is told of each event that is done with. */
  readonly done: () => void;
  /** Is told when none is left. */
  readonly idle: () => void;
}

/** Handles what waits, in turns of the process, one after the other. */
function inTurns(waiting: Fifo<Event>, { handling, turns, inContext, done, idle }: InTurnsOptions) {
  /** An event is being handled, or there will soon be a turn for one. */
  let busy = false;

  const work = () => inContext(deliver);

  // All that returns at once in one go: a context is not entered and a promise is not made for each event.
  function deliver(): void {
    while (waiting.size > 0) {
      if (!turns.step()) return turns.soon(work);
      const pending = handling(shift(waiting)!);
      if (pending) return void goOnAfter(pending);
      done();
    }
    busy = false;
    idle();
  }

  async function goOnAfter(pending: Promise<void>): Promise<void> {
    await pending;
    done();
    deliver();
  }

  return {
    get busy() {
      return busy;
    },
    start(): void {
      if (busy) return;
      busy = true;
      turns.soon(work);
    },
  };
}

/** Promises of having come as far as a number. */
function milestones() {
  /** The nearest first: nobody asks for one before another. */
  const waiting = fifo<{ readonly at: number; readonly resolve: () => void }>();
  let nearest = Number.POSITIVE_INFINITY;
  return {
    until(at: number): Promise<void> {
      if (waiting.size === 0) nearest = at;
      return new Promise((resolve) => push(waiting, { at, resolve }));
    },
    reach(number: number): void {
      while (nearest <= number) {
        shift(waiting)?.resolve();
        nearest = firstOf(waiting)?.at ?? Number.POSITIVE_INFINITY;
      }
    },
  };
}
