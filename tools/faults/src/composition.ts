import { join } from "node:path";
import { diskArtifactStore, diskArtifactView } from "@dad/artifacts/disk";
import type { DiskFs, Locks } from "@dad/disk";
import type { Inbox, InputHandler } from "@dad/events";
import { diskInbox } from "@dad/events/disk";
import { memoryEventBus } from "@dad/events/memory";
import { processIsolation } from "@dad/isolation/process";
import type { JournalStore } from "@dad/journal";
import { diskJournalStore } from "@dad/journal/disk";
import type { RerunWhere } from "@dad/local";
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

/** What re-runs are thought through with, as `@dad/local` does it. */
export async function inPlace<Result>(place: Place, work: (where: RerunWhere) => Promise<Result>): Promise<Result> {
  const { root, fs, locks, outcomes } = place;
  await using artifacts = diskArtifactStore({ root: blobsIn(root), fs, locks });
  const store = { runRoot: root, journals: journalsAt(place), artifacts, ...(outcomes ? { outcomes } : {}) };
  return await work({ store, ports: { resources: resources() } });
}

function resources() {
  return staticResourceRegistry({ profiles: { default: {} } }).profile();
}

export function inboxAt({ root, fs }: Pick<Place, "root" | "fs">): Inbox {
  return diskInbox({ root, fs });
}

/** The ports of a run: the adapters of one machine on a disk that may go wrong. */
export function portsAt(place: Place, witness: Witness, handle?: InputHandler): MakeRunPorts {
  const { root, fs, locks, outcomes } = place;
  return (env, own) => {
    const artifacts = own(diskArtifactStore({ root: blobsIn(root), fs, locks }));
    const events = own(memoryEventBus());
    // That a node is reused is told before it is durable: where it is lost, the node is reused once more.
    events.subscribe("node.completed", ({ path, decision }) => void (decision === "reused" || witness.see({ saw: "committed", path })));
    if (handle) events.handleInput(handle);
    return {
      journals: journalsAt(place),
      artifacts,
      inbox: inboxAt(place),
      view: diskArtifactView({ root: env.runDir, store: artifacts, fs }),
      events,
      resources: resources(),
      observability: own(noopObservability()),
      isolation: processIsolation({ homes: join(root, ".dad", "home") }),
      ...(outcomes ? { outcomes } : {}),
    };
  };
}
