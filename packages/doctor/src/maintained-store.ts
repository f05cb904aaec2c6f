import type { ArtifactStore, ArtifactView } from "@dad/artifacts";
import type { JournalStore } from "@dad/journal";
import type { Finding, FsckReport, RunId, StoreRepair } from "@dad/protocol";
import type { StoreTruth } from "./store-truth.ts";
import type { TrashCan } from "./trash-can.ts";

/** A store of runs, and all through which it is looked at and mended. */
export interface MaintainedStore {
  readonly journals: JournalStore;
  readonly artifacts: ArtifactStore;
  /** The readable directory of a run. Absent where runs have none. */
  readonly face?: (runId: RunId) => RunFace;
  /** What only those see who know how the store is kept. */
  readonly inspectors?: readonly Inspector[];
  /** Where garbage goes, and what it took too much of comes back from. */
  readonly trash?: TrashCan;
  /** Records a repair that no run can record. */
  readonly recordRepair: (repair: StoreRepair) => Promise<void>;
}

/** The readable directory of a run, to be looked at and to be made again. */
export interface RunFace {
  readonly view: ArtifactView;
  readonly files: RunFiles;
}

/** A file as it is, whatever it should be. */
export interface RunFile {
  readonly size: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface AbortOptions {
  readonly signal?: AbortSignal;
}

/** What lies in the directory of a run. */
export interface RunFiles {
  /** The paths of all that is no directory, relative to that of the run, with `/` between the parts, in no particular order. */
  list(options?: AbortOptions): AsyncIterable<string>;
  /** `undefined` when there is no file. A link is none. */
  read(path: string, options?: AbortOptions): Promise<RunFile | undefined>;
}

/** What an inspector is to look at. */
export interface Inspection extends AbortOptions {
  readonly truth: StoreTruth;
  /** Only what belongs to this run. */
  readonly runId?: RunId | undefined;
  readonly depth: FsckReport["depth"];
}

/** Mends what a finding tells. Rejects when that is not possible. */
export type Repair = (finding: Finding) => Promise<void>;

/** Looks at one part of a store, beyond what the ports show of it. */
export interface Inspector {
  /** What it looks at: "the outcomes". */
  readonly subject: string;
  inspect(inspection: Inspection): AsyncIterable<Finding>;
  /** By the action of the repair of its findings. Each keeps away from what somebody works on. */
  readonly repairs: Readonly<Record<string, Repair>>;
}
