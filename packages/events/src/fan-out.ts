import type { RunEvent, UnknownEvent } from "@dad/protocol";
import type { DeliveryQueue } from "./delivery-queue.ts";
import type { Subscription } from "./event-bus.ts";
import { fairTurns } from "./fair-turns.ts";
import { listeners } from "./listeners.ts";
import { type Subscriber, type Subscribers, subscription } from "./subscription.ts";

/** Brings each event to the queue of every subscriber that wants it, and the reports about one to the others. */
export interface FanOut {
  send(event: RunEvent | UnknownEvent): void;
  subscribe(subscriber: Subscriber): Subscription;
  /** Resolves when every queue is done with what it holds now. */
  settled(): Promise<void>;
  close(): void;
}

export function fanOut({ capacity, clean }: Pick<Subscribers, "capacity" | "clean">): FanOut {
  const open = new Map<DeliveryQueue, Disposable>();
  const subscribers: Subscribers = { listeners: listeners(), turns: fairTurns(), capacity, clean, open };

  return {
    send: (event) => subscribers.listeners.emit({ event, about: undefined, copy: undefined }),
    subscribe: (subscriber) => subscription(subscribers, subscriber),
    async settled() {
      await Promise.all(Array.from(open.keys(), (queue) => queue.settled()));
    },
    close() {
      for (const held of open.values()) held[Symbol.dispose]();
    },
  };
}
