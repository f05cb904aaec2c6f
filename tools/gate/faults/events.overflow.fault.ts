// Fault: the oldest events make room, whatever was said.
// Noticed by: keeps so many events when they come too fast (drop-newest), counts the others and tells of them
import type { EventBus } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function forgetfulBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  return {
    ...bus,
    subscribe: (filter, handler, options = {}) => {
      const { overflow, ...rest } = options;
      return bus.subscribe(filter, handler, overflow === "drop-newest" ? rest : options);
    },
  };
}

eventBusContract("a bus that always drops the oldest events", { create: forgetfulBus });
