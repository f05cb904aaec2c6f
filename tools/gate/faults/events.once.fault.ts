// Fault: a subscription for one event is over with the first event that is published, be it another one.
// Noticed by: a subscription for one event gets the first that its filter lets through, and no more
import type { EventBus } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function hastyBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  return {
    ...bus,
    subscribe(filter, handler, options) {
      const subscription = bus.subscribe(filter, handler, options);
      if (options?.once) bus.subscribe("*", () => subscription[Symbol.dispose](), { once: true });
      return subscription;
    },
  };
}

eventBusContract("a bus that counts also what a filter keeps away", { create: hastyBus });
