// Fault: whoever subscribes to all is told once more with each event.
// Noticed by: calls a handler that matches in several ways exactly once per event, however often events come
import type { EventBus, EventHandler } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function multiplyingBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  const multiplied = (handler: EventHandler): EventHandler => {
    let times = 0;
    return async function handle(event) {
      times += 1;
      for (let time = 0; time < times; time++) await handler(event);
    };
  };
  return {
    ...bus,
    subscribe: (filter, handler, options) =>
      bus.subscribe(filter, filter === "*" ? multiplied(handler as EventHandler) : (handler as EventHandler), options),
  };
}

eventBusContract("a bus that adds its wildcard handlers anew for each event", { create: multiplyingBus });
