import type { ArtifactStore } from "@dad/artifacts";
import type { JournalStore } from "@dad/journal";
import type { Digest, GarbageVerdict, RunId } from "@dad/protocol";
import type { AbortOptions } from "./maintained-store.ts";
import type { StoreTruth } from "./store-truth.ts";
import type { Garbage, TrashCan } from "./trash-can.ts";

/** A store of runs, and all through which its garbage is found and taken away. */
export interface SweptStore {
  readonly journals: JournalStore;
  readonly artifacts: Pick<ArtifactStore, "size">;
  readonly trash: TrashCan;
  /** All content that is stored. */
  readonly blobs: (options: AbortOptions) => AsyncIterable<StoredBlob>;
  /** Those who know of other things that may be nobody's any more. */
  readonly sweepers?: readonly Sweeper[];
  /** Content that is kept although no journal names it. */
  readonly pins?: () => Promise<Pins>;
  /** Content that stands in what was set aside of the journal of a run, which its journal does not say any more. */
  readonly setAside?: (runId: RunId) => Promise<Iterable<Digest>>;
  /** Content that stands in what a run retains of the journals of others. Default: nothing is retained. */
  readonly retained?: (runId: RunId) => AsyncIterable<Digest>;
  /** Keeps others from collecting at the same time. `undefined` when somebody does. Default: nobody else can. */
  readonly exclusively?: () => Promise<AsyncDisposable | undefined>;
}

/** Stored content, and when somebody put it last. */
export interface StoredBlob extends Pick<Garbage, "from" | "bytes" | "judged"> {
  readonly digest: Digest;
}

export interface Pins {
  /** By whom they are kept. */
  readonly digests: ReadonlyMap<Digest, string>;
  /** Pins that cannot be read: nobody knows what they keep. */
  readonly unreadable: readonly string[];
}

/** What a sweeper decides by. */
export interface Sweep extends AbortOptions {
  readonly truth: StoreTruth;
  /** Why something that nobody names may be needed all the same, going by when it was written last. `undefined` when it is not. */
  readonly claim: (mtimeMs: number) => string | undefined;
}

/** Something that may be garbage, and what was decided. */
export interface Judged extends Garbage, Pick<GarbageVerdict, "verdict"> {
  /** What has to be done around the move: keeping others away, looking again. False when it was not moved after all. */
  readonly around?: (move: () => Promise<boolean>) => Promise<boolean>;
}

/** Looks at all things of some kind, whether they stay or go. */
export interface Sweeper {
  readonly subject: string;
  judge(sweep: Sweep): AsyncIterable<Judged>;
}
