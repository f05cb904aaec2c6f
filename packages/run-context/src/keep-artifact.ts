import { INLINE_LIMIT_BYTES, inlineContent } from "@dad/artifacts";
import type { ArtifactEntry } from "@dad/protocol";
import type { EncodedArtifact } from "./artifact-to-keep.ts";
import type { RunPorts } from "./run-ports.ts";

/** Gives content its name. Small content travels with it into the journal; what is larger is in the store before anybody names it. */
export async function keepArtifact(
  { artifacts }: Pick<RunPorts, "artifacts">,
  name: string,
  { bytes, mediaType, path, shown = true }: EncodedArtifact,
): Promise<ArtifactEntry> {
  const small = Buffer.byteLength(bytes) <= INLINE_LIMIT_BYTES;
  const content = small ? inlineContent(bytes, mediaType) : await artifacts.put(bytes, { mediaType });
  return { ...content, name, path, ...(shown ? {} : { shown }) };
}
