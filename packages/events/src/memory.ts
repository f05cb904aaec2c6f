import type { ErrorEnvelope, Json } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";
import { EventsClosedError } from "./errors.ts";
import type { EventBus, EventHandler } from "./event-bus.ts";
import { fanOut } from "./fan-out.ts";
import type { CleanReport } from "./handler-failed.ts";
import { handlerDesks } from "./handler-desks.ts";
import { assertCapacity } from "./handler-options.ts";
import { untilAborted } from "./until-aborted.ts";

export interface MemoryEventBusOptions {
  /** How many events may wait for one subscriber before the oldest are dropped. Default 10,000. */
  readonly capacity?: number;
  /** Takes secrets out of what the bus itself tells: why a handler failed. */
  readonly redactor?: Pick<Redactor, "json">;
}

/** Tells what happens to subscribers in this process, and asks them for input. */
export function memoryEventBus({ capacity = 10_000, redactor }: MemoryEventBusOptions = {}): EventBus {
  assertCapacity(capacity);
  const clean: CleanReport = (report) => (redactor && report.error ? { ...report, error: withoutSecrets(report.error, redactor) } : report);
  const subscribers = fanOut({ capacity, clean });
  const desks = handlerDesks((report) => subscribers.send(clean(report)));
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new TypeError("The event bus was disposed: register subscribers, handlers and interceptors while it is open.");
  }

  return {
    publish: (event) => subscribers.send(event),
    subscribe(filter, handler, options = {}) {
      assertOpen();
      return subscribers.subscribe({ filter, handler: handler as EventHandler, options });
    },
    handleInput(handler, options = {}) {
      assertOpen();
      return desks.handleInput(handler, options);
    },
    intercept(path, interceptor, options = {}) {
      assertOpen();
      return desks.intercept(path, interceptor, options);
    },
    ask: (kind, question, options) => desks.ask(kind, question, options),
    flush({ signal } = {}) {
      return signal ? untilAborted(() => subscribers.settled(), signal) : subscribers.settled();
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      subscribers.close();
      desks.close(new EventsClosedError());
    },
  };
}

function withoutSecrets(error: ErrorEnvelope, redactor: Pick<Redactor, "json">): ErrorEnvelope {
  return redactor.json(error as unknown as Json) as unknown as ErrorEnvelope;
}

export { memoryInbox } from "./memory-inbox.ts";
