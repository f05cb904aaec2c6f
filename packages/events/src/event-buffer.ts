import type { EventBus, EventFilter, EventPattern, EventsOf } from "./event-bus.ts";
import { clear, type Fifo, fifo, push, shift } from "./fifo.ts";
import { lossOf } from "./handler-failed.ts";
import { assertCapacity, registration } from "./handler-options.ts";
import { lossCounter } from "./loss-counter.ts";

export interface EventBufferOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** How many events may wait for the loop before the oldest are dropped. Default 10,000. */
  readonly capacity?: number | undefined;
  /** As what it is told of when events were dropped. */
  readonly name: string;
}

/** What a bus tells, until somebody takes it. The bus is not kept waiting: its `flush` does not wait for a loop. */
export interface EventBuffer<Event> extends Disposable {
  /** How many events were dropped so far. */
  readonly lost: number;
  /** What can be taken at this moment. */
  readonly waiting: Fifo<Event>;
  /** Nothing comes any more; what there is can still be taken. */
  readonly ended: boolean;
  take(): Event | undefined;
  /** Resolves when there is something to take, or nothing comes any more. */
  more(): Promise<void>;
}

export function eventBuffer<const Filter extends EventPattern | EventFilter>(
  bus: EventBus,
  filter: Filter,
  { signal, capacity = 10_000, name }: EventBufferOptions,
): EventBuffer<EventsOf<Filter>> {
  assertCapacity(capacity);
  const waiting = fifo<EventsOf<Filter>>();
  const losses = lossCounter((latest, total) => bus.publish(lossOf(latest, total, name)));
  const waking = bell();

  function keep(event: EventsOf<Filter>): void {
    const oldest = waiting.size === capacity ? shift(waiting) : undefined;
    push(waiting, event);
    waking.ring();
    if (oldest) losses.add(oldest, event);
  }

  const subscription = bus.subscribe(filter, keep, { name, capacity });
  const held = registration(() => {
    subscription[Symbol.dispose]();
    clear(waiting);
    waking.ring();
  }, signal);
  subscription.ended.addEventListener("abort", waking.ring, { once: true });

  return {
    waiting,
    get lost() {
      return losses.total + subscription.dropped;
    },
    get ended() {
      return subscription.ended.aborted;
    },
    take() {
      const event = shift(waiting);
      if (waiting.size === 0) losses.caughtUp();
      return event;
    },
    more: () => (waiting.size > 0 || subscription.ended.aborted ? Promise.resolve() : waking.rung()),
    [Symbol.dispose]: () => held[Symbol.dispose](),
  };
}

/** Wakes who waits for it. */
function bell() {
  let waiting: PromiseWithResolvers<void> | undefined;
  return {
    rung: () => (waiting ??= Promise.withResolvers<void>()).promise,
    ring: () => {
      waiting?.resolve();
      waiting = undefined;
    },
  };
}
