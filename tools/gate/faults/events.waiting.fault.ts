// Fault: handlers run while the publisher waits.
// Noticed by: returns from publish before any handler runs
import type { EventBus, EventHandler } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function immediateBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  const told = new Set<EventHandler>();
  return {
    ...bus,
    publish(event) {
      // The first one only: that is enough.
      const [first] = told;
      if (event.type === "custom.emitted" && told.size === 1) void new Promise((resolve) => resolve(first!(event))).catch(() => undefined);
      else bus.publish(event);
    },
    subscribe(filter, handler, options) {
      const subscription = bus.subscribe(filter, handler, options);
      told.add(handler as EventHandler);
      subscription.ended.addEventListener("abort", () => told.delete(handler as EventHandler));
      return subscription;
    },
  };
}

eventBusContract("a bus that calls handlers within publish", { create: immediateBus });
