import type { ArtifactStore, ArtifactView } from "@dad/artifacts";
import type { EventBus, Inbox } from "@dad/events";
import type { IsolationAdapter, RunScope } from "@dad/isolation";
import type { JournalStore } from "@dad/journal";
import type { Observability } from "@dad/observability";
import type { OutcomeRepository } from "@dad/outcome";
import type { RunEnvParams } from "@dad/protocol";
import type { ResourceProfile } from "@dad/resources";
import type { Redactor } from "@dad/secrets";
import type { RunWorkspaces } from "./run-workspaces.ts";

/** The ports a run works through. A program chooses the adapters once and gives them all here. */
export interface RunPorts {
  readonly journals: JournalStore;
  readonly artifacts: ArtifactStore;
  /** Without one, a run has no readable directory. */
  readonly view?: ArtifactView;
  readonly events: EventBus;
  /** Without one, nobody outside this process can answer, or signal something. */
  readonly inbox?: Inbox;
  readonly resources: ResourceProfile;
  readonly observability: Observability;
  /**
   * With one, no secret that it knows gets into what is recorded, kept, told or shown. Of this run alone: it learns what `resources` reveal to
   * the run.
   */
  readonly redactor?: Redactor;
  readonly isolation: IsolationAdapter;
  /** With one, code that asks the process for its environment or directory is told those of the run that it works in. */
  readonly scope?: RunScope;
  /** Without one, a run has no versioned result tree. */
  readonly outcomes?: OutcomeRepository;
  /** Where a run works that has no such tree. Without either, it works in its own directory, which holds its record. */
  readonly workspaces?: RunWorkspaces;
}

/** Gives a port to the run, which releases it when the run is released. What is not given stays its maker's. */
export type Own = <Port extends AsyncDisposable>(port: Port) => Port;

/** Makes the ports of one run, once it is known what the run is called and where it stands. */
export type MakeRunPorts = (env: RunEnvParams, own: Own) => RunPorts;
