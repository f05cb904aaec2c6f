import { INLINE_LIMIT_BYTES } from "@dad/artifacts";
import type { ArtifactEntry, DadError, RunId } from "@dad/protocol";
import { contentsOfOrigins } from "@dad/run-context";
import type { MaintainedStore } from "./maintained-store.ts";
import type { ArtifactReference } from "./store-truth.ts";

/** The contents of what a run reuses. Its origins are read when something is in no other place, and once. */
export interface ReusedContents {
  /** The entry as it can be read: with its data, when only its origin has that. */
  entryOf(reference: ArtifactReference): Promise<ArtifactEntry>;
  /** Why it is not known whether the origin has what is missing. */
  failureOf(reference: ArtifactReference): Promise<DadError | undefined>;
}

type Stores = Pick<MaintainedStore, "journals" | "artifacts">;

export function reusedContents({ journals, artifacts }: Stores, runId: RunId, signal: AbortSignal | undefined): ReusedContents {
  const origins = contentsOfOrigins(journals, runId, { signal });
  return {
    async entryOf({ entry, origin }) {
      if (!origin || !isSmall(entry) || (await artifacts.size(entry.digest, signal ? { signal } : {})) !== undefined) return entry;
      const [filled = entry] = await origins.of(origin, [entry]);
      return filled;
    },
    failureOf: async ({ entry, origin }) => (origin && isSmall(entry) ? await origins.failure(origin.runId) : undefined),
  };
}

/** Larger content is in no entry. */
function isSmall({ data, size }: ArtifactEntry): boolean {
  return data === undefined && size <= INLINE_LIMIT_BYTES;
}
