// What a user writes who has installed the packages: one run with everything in memory.
import { memoryArtifactStore } from "@dad/artifacts/memory";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import { memoryJournalStore } from "@dad/journal/memory";
import { noopObservability } from "@dad/observability/noop";
import { staticResourceRegistry } from "@dad/resources/static";
import { withRun } from "@dad/run-context";

const resources = staticResourceRegistry({ profiles: { default: {} } }).profile();
const memory = { journals: memoryJournalStore(), artifacts: memoryArtifactStore(), events: memoryEventBus() };
const ports = { ...memory, resources, observability: noopObservability(), isolation: processIsolation() };
const { run } = await withRun({ rootComponentId: "hello", projectRoot: process.cwd(), ports }, async (context) => {
  await context.keep({ name: "greeting", data: { text: "hello" } });
});
console.log(run.status);
