// Fault: who is asked first decides, also when the answer is refused.
// Noticed by: asks the next one when a handler throws, rejects or gives an answer that is refused, and tells of each
import type { EventBus } from "@dad/events";
import { memoryEventBus } from "@dad/events/memory";
import { eventBusContract } from "@dad/events/testing";

function credulousBus(options: { readonly capacity: number }): EventBus {
  const bus = memoryEventBus(options);
  return {
    ...bus,
    async ask(kind, question, { accept, signal }) {
      const taken = await bus.ask(kind, question, { accept: (answer, by) => ({ answer, by }), ...(signal && { signal }) });
      return taken === undefined ? undefined : accept(taken.answer, taken.by);
    },
  };
}

eventBusContract("a bus that takes the first answer, good or bad", { create: credulousBus });
