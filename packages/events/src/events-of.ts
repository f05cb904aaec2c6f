import { eventBuffer } from "./event-buffer.ts";
import type { EventBus, EventFilter, EventPattern, EventsOf } from "./event-bus.ts";

export interface EventsOfOptions {
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal;
  /** How many events may wait for the loop before the oldest are dropped. Default 10,000. */
  readonly capacity?: number;
  /** As what a `handler.failed` event tells of it when events were dropped. Default `eventsOf`. */
  readonly name?: string;
}

/** Events for one loop. */
export interface EventStream<Event> extends AsyncIterable<Event>, Disposable {
  /** How many it has lost so far, because the loop was too slow. Others are told by `handler.failed`. */
  readonly lost: number;
}

/**
 * The events that are published from this call on, for a loop: `for await (const event of eventsOf(bus, "node.*", { signal }))`.
 * It ends when the loop is left, when the object is disposed or the signal is aborted, and with the bus: then what was
 * delivered before is still given. Neither the publisher nor `bus.flush` waits for the loop.
 *
 * @throws TypeError when a pattern of the filter is malformed, the capacity is none, or the bus is disposed.
 */
export function eventsOf<const Filter extends EventPattern | EventFilter>(
  bus: EventBus,
  filter: Filter,
  { name = "eventsOf", ...options }: EventsOfOptions = {},
): EventStream<EventsOf<Filter>> {
  const buffer = eventBuffer(bus, filter, { ...options, name });

  async function* given(): AsyncGenerator<EventsOf<Filter>, void, undefined> {
    try {
      for (;;) {
        for (let event = buffer.take(); event; event = buffer.take()) yield event;
        if (buffer.ended) return;
        await buffer.more();
      }
    } finally {
      buffer[Symbol.dispose]();
    }
  }

  const events = given();
  return {
    [Symbol.asyncIterator]: () => events,
    get lost() {
      return buffer.lost;
    },
    [Symbol.dispose]: () => buffer[Symbol.dispose](),
  };
}
