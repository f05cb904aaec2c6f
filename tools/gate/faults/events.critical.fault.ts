// Fault: a node goes on although an interceptor that is critical has failed.
// Noticed by: and is critical vetoes the node, and is reported
import type { EventBus } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function lenientBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  return { ...bus, intercept: (path, interceptor, options) => bus.intercept(path, interceptor, { ...options, critical: false }) };
}

eventBusContract("a bus that goes on without a critical interceptor", { create: lenientBus });
