// Fault: a span that is told its parent forgets it.
// Noticed by: find their parents among 1,000 that are open at the same time
import type { Observability } from "@dad/observability";
import { type MemoryObservability, memoryObservability } from "@dad/observability/memory";
import { observabilityContract } from "@dad/observability/testing";
import { ROOT_CONTEXT } from "@opentelemetry/api";

const made = new WeakMap<Observability, MemoryObservability>();

function forgetfulObservability(): Observability {
  const observability = memoryObservability();
  const { tracer } = observability;
  const forgetful: Observability = {
    ...observability,
    tracer: {
      startSpan: (name, options) => tracer.startSpan(name, options, ROOT_CONTEXT),
      startActiveSpan: tracer.startActiveSpan.bind(tracer),
    },
  };
  made.set(forgetful, observability);
  return forgetful;
}

observabilityContract("an observability whose spans lose their parents", {
  create: forgetfulObservability,
  recorded: (observability) => made.get(observability) as MemoryObservability,
});
