import { ArtifactEntry } from "@dad/protocol";
import type { EncodedArtifact } from "./artifact-to-keep.ts";
import type { RunPorts } from "./run-ports.ts";

/** Stores content and gives it its name. */
export async function keepArtifact({ artifacts }: RunPorts, name: string, { bytes, mediaType, path }: EncodedArtifact): Promise<ArtifactEntry> {
  const content = await artifacts.put(bytes, { mediaType });
  return ArtifactEntry.parse({ ...content, name, path });
}
