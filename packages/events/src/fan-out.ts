import { AsyncLocalStorage } from "node:async_hooks";
import type { RunEvent, UnknownEvent } from "@dad/protocol";
import { EventEmitter } from "eventemitter3";
import { type DeliveryQueue, deliveryQueue } from "./delivery-queue.ts";
import type { EventFilter, EventHandler } from "./event-bus.ts";
import { readFilter } from "./event-filter.ts";
import { fairTurns } from "./fair-turns.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { patternsOf } from "./type-pattern.ts";

type Event = RunEvent | UnknownEvent;

/** Brings each event to the queue of every subscriber that wants it, and the reports about one to the others. */
export interface FanOut {
  send(event: Event): void;
  subscribe(filter: string | EventFilter, handler: EventHandler): Disposable;
  /** Resolves when every queue is done with what it holds now. */
  settled(): Promise<void>;
  close(): void;
}

export function fanOut({ capacity }: { readonly capacity: number }): FanOut {
  /** Its event names are type patterns. Listeners only fill queues, so no handler runs inside `emit`. */
  const emitter = new EventEmitter<Record<string, (event: Event, except?: DeliveryQueue) => void>>();
  const queues = new Set<DeliveryQueue>();
  const turn = fairTurns();

  function send(event: Event, except?: DeliveryQueue): void {
    if (queues.size === 0) return;
    const fact = frozenCopy(event);
    for (const pattern of patternsOf(event.type)) emitter.emit(pattern, fact, except);
  }

  return {
    send,
    subscribe(filter, handler) {
      const { typePattern, accepts } = readFilter(filter);
      const inContext = AsyncLocalStorage.snapshot();
      const queue = deliveryQueue({ capacity, turn, handle: (event) => inContext(handler, event), report: (report) => send(report, queue) });
      const listener = (event: Event, except?: DeliveryQueue) => void (queue !== except && accepts(event) && queue.push(event));
      emitter.on(typePattern, listener);
      queues.add(queue);
      return {
        [Symbol.dispose]() {
          emitter.off(typePattern, listener);
          queues.delete(queue);
          queue.close();
        },
      };
    },
    async settled() {
      await Promise.all(Array.from(queues, (queue) => queue.settled()));
    },
    close() {
      emitter.removeAllListeners();
      for (const queue of queues) queue.close();
      queues.clear();
    },
  };
}
