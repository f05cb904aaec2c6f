// Fault: subscribers are not told that the bus has ended.
// Noticed by: a subscription says that it has ended when the bus is disposed
import type { EventBus } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function silentBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  let isDisposed = false;
  return {
    ...bus,
    subscribe(filter, handler, options) {
      const subscription = bus.subscribe(filter, handler, options);
      const ending = new AbortController();
      subscription.ended.addEventListener("abort", () => !isDisposed && ending.abort());
      if (subscription.ended.aborted) ending.abort();
      return {
        ended: ending.signal,
        get dropped() {
          return subscription.dropped;
        },
        [Symbol.dispose]: () => subscription[Symbol.dispose](),
      };
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      await bus[Symbol.asyncDispose]();
    },
  };
}

eventBusContract("a bus that ends without a word", { create: silentBus });
