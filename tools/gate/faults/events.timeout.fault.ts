// Fault: a subscriber that takes too long is waited for.
// Noticed by: gets the next event when a call takes too long, which is reported
import type { EventBus } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";
import { vi } from "vitest";

// The test that notices does so by waiting in vain.
vi.setConfig({ testTimeout: 3000 });

function patientBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  return {
    ...bus,
    subscribe: (filter, handler, { timeoutMs, ...options } = {}) => {
      const isLimit = timeoutMs === undefined || (timeoutMs > 0 && timeoutMs < 2 ** 31);
      return bus.subscribe(filter, handler, isLimit ? options : { ...options, timeoutMs });
    },
  };
}

eventBusContract("a bus that waits for a handler for ever", { create: patientBus });
