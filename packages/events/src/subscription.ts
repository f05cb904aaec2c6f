import { AsyncLocalStorage } from "node:async_hooks";
import { type DeliveryQueue, deliveryQueue } from "./delivery-queue.ts";
import type { EventFilter, EventHandler, SubscribeOptions, Subscription } from "./event-bus.ts";
import { readFilter } from "./event-filter.ts";
import type { FairTurns } from "./fair-turns.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { type CleanReport, failureOf, lossOf } from "./handler-failed.ts";
import { assertCapacity, assertOverflow, readLimits, registration } from "./handler-options.ts";
import { handlingBy } from "./handling.ts";
import type { Listeners } from "./listeners.ts";

/** What the subscribers of one bus have in common. */
export interface Subscribers {
  readonly listeners: Listeners;
  readonly turns: FairTurns;
  /** How many events may wait for a subscriber that does not say. */
  readonly capacity: number;
  readonly clean: CleanReport;
  /** Those that have not ended, by their queues. */
  readonly open: Map<DeliveryQueue, Disposable>;
}

export interface Subscriber {
  readonly filter: string | EventFilter;
  readonly handler: EventHandler;
  readonly options: SubscribeOptions;
}

/** @throws TypeError for a malformed pattern, and for options that are none. */
export function subscription(subscribers: Subscribers, { filter, handler, options }: Subscriber): Subscription {
  const { typePattern, accepts } = readFilter(filter);
  const queue = queueOf(subscribers, handler, options);
  const ending = new AbortController();
  const stopListening = subscribers.listeners.add(typePattern, (letter) => {
    // Nobody is told of itself.
    if (letter.about === queue || !accepts(letter.event)) return;
    // The copy for the first who wants it is for all.
    queue.push((letter.copy ??= frozenCopy(letter.event)));
    if (!options.once) return;
    stopListening();
    void queue.settled().then(() => held[Symbol.dispose]());
  });
  const held = registration(() => {
    stopListening();
    subscribers.open.delete(queue);
    queue.close();
    ending.abort();
  }, options.signal);
  if (!ending.signal.aborted) subscribers.open.set(queue, held);
  return {
    ended: ending.signal,
    get dropped() {
      return queue.dropped;
    },
    [Symbol.dispose]: () => held[Symbol.dispose](),
  };
}

function queueOf({ listeners, turns, clean, capacity: capacityOfAll }: Subscribers, handler: EventHandler, options: SubscribeOptions): DeliveryQueue {
  const { capacity = capacityOfAll, overflow = "drop-oldest" } = options;
  const limits = readLimits(options, handler.name || "handler");
  assertCapacity(capacity);
  assertOverflow(overflow);
  const queue: DeliveryQueue = deliveryQueue({
    capacity,
    overflow,
    turns,
    inContext: AsyncLocalStorage.snapshot(),
    handling: handlingBy(handler, {
      limits,
      failed: (event, error) => listeners.emit({ event: clean(failureOf(event, error, limits.name)), about: queue, copy: undefined }),
    }),
    lost: (latest, total) => listeners.emit({ event: lossOf(latest, total, limits.name), about: queue, copy: undefined }),
  });
  return queue;
}
