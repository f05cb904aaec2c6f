import { memoryArtifactStore, memoryArtifactView } from "@dad/artifacts/memory";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { memoryObservability } from "@dad/observability/memory";
import { staticResourceRegistry } from "@dad/resources/static";
import type { RunPorts } from "@dad/run-context";

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
    observability: memoryObservability(),
    isolation: processIsolation(),
  } satisfies RunPorts;
}
