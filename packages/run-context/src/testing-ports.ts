import { memoryArtifactStore, memoryArtifactView } from "@dad/artifacts/memory";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { memoryOutcomeRepository } from "@dad/outcome/memory";
import { staticResourceRegistry } from "@dad/resources/static";
import type { RunPorts } from "./run-ports.ts";

// For the tests of this package only.

/** The ports of a run in memory, all of which can be looked at. */
export function memoryPorts() {
  const artifacts = memoryArtifactStore();
  return {
    journals: memoryJournalStore(),
    artifacts,
    view: memoryArtifactView({ store: artifacts }),
    events: memoryEventBus(),
    resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
    observability: noopObservability(),
    isolation: processIsolation(),
    outcomes: memoryOutcomeRepository(),
  } satisfies RunPorts;
}
