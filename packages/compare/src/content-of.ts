import { type ArtifactSource, readBytes } from "@dad/artifacts";
import { type ArtifactEntry, DadError } from "@dad/protocol";

/** The bytes of an artifact, verified; `undefined` when they are nowhere. @throws `ARTIFACT_DAMAGED`. */
export type ContentOf = (entry: ArtifactEntry) => Promise<Uint8Array | undefined>;

/** The one place that knows where the contents of entries are: in the entry itself, or in the store. */
export function contentsIn(artifacts: ArtifactSource, options: { readonly signal?: AbortSignal } = {}): ContentOf {
  return async (entry) => {
    try {
      return await readBytes(artifacts, entry, options);
    } catch (error) {
      if (DadError.is(error, "ARTIFACT_MISSING")) return undefined;
      throw error;
    }
  };
}
