// Fault: a handler that fails takes the events away from all others.
// Noticed by: neither fails the publisher nor keeps an event from the others
import type { EventBus, EventHandler } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function fragileBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  let broken = false;
  const guarded = (handler: EventHandler): EventHandler =>
    async function handle(event) {
      if (broken && event.type !== "handler.failed") return;
      try {
        await handler(event);
      } catch (error) {
        broken = true;
        throw error;
      }
    };
  return { ...bus, subscribe: (filter, handler, options) => bus.subscribe(filter, guarded(handler as EventHandler), options) };
}

eventBusContract("a bus that one failing handler silences", { create: fragileBus });
