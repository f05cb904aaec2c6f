import type { RunId } from "@dad/protocol";
import { EventsClosedError } from "./errors.ts";
import type { EventBus, EventHandler, Interceptor, NodeToExecute } from "./event-bus.ts";
import { fanOut } from "./fan-out.ts";
import { type HandlerDesk, handlerDesk } from "./handler-desk.ts";
import { failureOf } from "./handler-failed.ts";
import { pathMatcher } from "./path-pattern.ts";
import { untilAborted } from "./until-aborted.ts";

export interface MemoryEventBusOptions {
  /** How many events may wait for one subscriber before the oldest are dropped. Default 10,000. */
  readonly capacity?: number;
}

/** Tells what happens to subscribers in this process, and asks them for input. */
export function memoryEventBus({ capacity = 10_000 }: MemoryEventBusOptions = {}): EventBus {
  if (!Number.isInteger(capacity) || capacity < 1) throw new TypeError(`The capacity of an event bus is a whole number from 1, not ${capacity}.`);
  const subscribers = fanOut({ capacity });
  const failing = (type: string) => (question: { readonly runId: RunId }, error: unknown) =>
    subscribers.send(failureOf({ runId: question.runId, type }, error));
  const desks = {
    input: handlerDesk<"input">(failing("input.requested")),
    "node.before": handlerDesk<"node.before">(failing("node.started")),
    "node.after": handlerDesk<"node.after">(failing("node.completed")),
  };
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
      return desks.input.register(handler);
    },
    intercept(path, interceptor, { name = "handler" } = {}) {
      assertOpen();
      const matches = pathMatcher(path);
      const registered = (["before", "after"] as const).map((when) =>
        desks[`node.${when}`].register(async (node: NodeToExecute, options: { readonly signal: AbortSignal }) => {
          const decide = interceptor[when] as Interceptor["before"];
          const decided = matches(node.path) ? await decide?.(node, options) : undefined;
          return decided && { ...decided, by: name };
        }),
      );
      return {
        [Symbol.dispose]() {
          for (const registration of registered) registration[Symbol.dispose]();
        },
      };
    },
    ask(kind, question, { accept, signal }) {
      const desk = desks[kind] as unknown as HandlerDesk<typeof kind>;
      return desk.ask(question, { accept, signal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal });
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
