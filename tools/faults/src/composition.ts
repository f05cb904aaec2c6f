import { join } from "node:path";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import type { DiskFs, Locks } from "@dad/disk";
import { memoryEventBus } from "@dad/events/memory";
import { scopeIsolation } from "@dad/isolation/scope";
import type { JournalStore } from "@dad/journal";
import { diskJournalStore } from "@dad/journal/disk";
import { noopObservability } from "@dad/observability/noop";
import type { OutcomeRepository } from "@dad/outcome";
import { type GitProgram, gitOutcomeRepository } from "@dad/outcome-git";
import type { MakeRunPorts } from "@dad/run-context";
import { staticResourceRegistry } from "@dad/resources/static";
import type { Witness } from "./witness.ts";

/** Where a run is made. */
export interface Place {
  readonly root: string;
  readonly fs: DiskFs;
  readonly locks: Locks;
  readonly outcomes?: OutcomeRepository;
}

export function blobsIn(root: string): string {
  return join(root, ".dad", "blobs");
}

export function journalsAt({ root, fs, locks }: Place): JournalStore {
  return diskJournalStore({ root, fs, locks });
}

/** The outcomes of the runs in a run root, in a git repository. */
export function outcomesIn(root: string, git: GitProgram = { path: process.env["PATH"] }): OutcomeRepository {
  return gitOutcomeRepository({ directory: join(root, "outcome", "project"), workDirectory: join(root, ".dad", "work"), git });
}

/** The ports of a run: the adapters of one machine on a disk that may go wrong. */
export function portsAt(place: Place, witness: Witness): MakeRunPorts {
  const { root, fs, locks, outcomes } = place;
  return (env, own) => {
    const artifacts = own(diskArtifactStore({ root: blobsIn(root), fs, locks }));
    const events = own(memoryEventBus());
    events.subscribe("node.completed", ({ path }) => witness.see({ saw: "committed", path }));
    return {
      journals: journalsAt(place),
      artifacts,
      view: diskArtifactView({ root: env.runDir, store: artifacts, fs }),
      events,
      resources: staticResourceRegistry({ profiles: { default: {} } }).profile(),
      observability: own(noopObservability()),
      isolation: scopeIsolation(),
      ...(outcomes ? { outcomes } : {}),
    };
  };
}
