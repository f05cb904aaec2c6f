import { EventsClosedError } from "./errors.ts";
import type { EventBus, EventHandler } from "./event-bus.ts";
import { fanOut } from "./fan-out.ts";
import { failureOf } from "./handler-failed.ts";
import { inputDesk } from "./input-desk.ts";
import { untilAborted } from "./until-aborted.ts";

export interface MemoryEventBusOptions {
  /** How many events may wait for one subscriber before the oldest are dropped. Default 10,000. */
  readonly capacity?: number;
}

/** Tells what happens to subscribers in this process, and asks them for input. */
export function memoryEventBus({ capacity = 10_000 }: MemoryEventBusOptions = {}): EventBus {
  if (!Number.isInteger(capacity) || capacity < 1) throw new TypeError(`The capacity of an event bus is a whole number from 1, not ${capacity}.`);
  const subscribers = fanOut({ capacity });
  const desk = inputDesk(({ runId }, error) => subscribers.send(failureOf({ runId, type: "input.requested" }, error)));
  const closing = new AbortController();

  function assertOpen(): void {
    if (closing.signal.aborted) throw new TypeError("The event bus was disposed: subscribe and handle input while it is open.");
  }

  return {
    publish: (event) => subscribers.send(event),
    subscribe(filter, handler) {
      assertOpen();
      return subscribers.subscribe(filter, handler as EventHandler);
    },
    handleInput(handler) {
      assertOpen();
      return desk.register(handler);
    },
    requestInput(request, accept, { signal } = {}) {
      return desk.request(request, accept, signal ? AbortSignal.any([signal, closing.signal]) : closing.signal);
    },
    flush({ signal } = {}) {
      return signal ? untilAborted(() => subscribers.settled(), signal) : subscribers.settled();
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new EventsClosedError());
      subscribers.close();
    },
  };
}
