/**
 * The reference composition: every port of a run with the adapter that was chosen for it. Swap an
 * adapter by changing its line; see the README.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import { inlineEngine } from "@dad/engine/inline";
import { memoryEventBus } from "@dad/events/memory";
import { scopeIsolation } from "@dad/isolation/scope";
import { diskJournalStore } from "@dad/journal/disk";
import { noopObservability } from "@dad/observability/noop";
import { gitOutcomeRepository } from "@dad/outcome-git";
import { staticResourceRegistry } from "@dad/resources/static";
import { readRun, withRun } from "@dad/run-context";
import { agentRunner } from "@dad/runner";
import { coder } from "./agent.ts";
import { profileFor, profiles } from "./profiles.ts";

const { values } = parseArgs({ options: { profile: { type: "string" } } });
const projectRoot = fileURLToPath(new URL("..", import.meta.url));
const runRoot = join(projectRoot, "runs");

// Shared by all runs of the project.
const journals = diskJournalStore({ root: runRoot });
await using artifacts = diskArtifactStore({ root: join(runRoot, ".dad", "blobs") });
await using outcomes = gitOutcomeRepository({
  directory: join(runRoot, "outcome", "tiny-duration"),
  workDirectory: join(runRoot, ".dad", "work"),
  seed: join(projectRoot, "library"),
});
const resources = staticResourceRegistry({ profiles }).profile(values.profile ?? profileFor(process.env));

const { run } = await withRun(
  {
    rootComponentId: coder.id,
    runRoot,
    ports: (env, own) => ({
      journals,
      artifacts,
      outcomes,
      resources,
      view: diskArtifactView({ root: env.runDir, store: artifacts }),
      events: own(memoryEventBus()),
      observability: own(noopObservability()),
      isolation: scopeIsolation({ hostEnv: process.env }),
    }),
  },
  async (context) => {
    await using execution = await context.isolate();
    return await execution.run(agentRunner(coder, { engine: inlineEngine() }));
  },
);
console.log(run);
