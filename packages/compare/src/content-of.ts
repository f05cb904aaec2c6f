import { type ArtifactSource, readBytes } from "@dad/artifacts";
import type { JournalStore } from "@dad/journal";
import { type ArtifactEntry, DadError, type NodeOrigin, type RunId } from "@dad/protocol";
import { contentsOfOrigins } from "@dad/run-context";

/** The bytes of an artifact of an attempt, verified; `undefined` when they are nowhere. @throws `ARTIFACT_DAMAGED`. */
export type ContentOf = (entry: ArtifactEntry, origin: NodeOrigin | undefined) => Promise<Uint8Array | undefined>;

export interface ContentPorts {
  readonly journals: Pick<JournalStore, "read">;
  readonly artifacts: ArtifactSource;
}

export interface ContentsInOptions {
  readonly runId: RunId;
  readonly signal?: AbortSignal;
}

/**
 * The one place that knows where the contents of the entries of a run are: in the entry itself, in the store, or, of what is reused,
 * in the entry of the run that made it.
 */
export function contentsIn({ journals, artifacts }: ContentPorts, { runId, ...abort }: ContentsInOptions): ContentOf {
  const origins = contentsOfOrigins(journals, runId, abort);

  async function read(entry: ArtifactEntry): Promise<Uint8Array | undefined> {
    try {
      return await readBytes(artifacts, entry, abort);
    } catch (error) {
      if (DadError.is(error, "ARTIFACT_MISSING")) return undefined;
      throw error;
    }
  }

  return async (entry, origin) => {
    const bytes = await read(entry);
    if (bytes || !origin) return bytes;
    const [filled] = await origins.of(origin, [entry]);
    return filled?.data === undefined ? undefined : await read(filled);
  };
}
