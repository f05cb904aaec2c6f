import { join } from "node:path";
import type { DiskFs } from "@dad/disk";
import { chunksOf } from "../body.ts";
import { writeAtomically } from "./atomic-file.ts";
import { ifPresent, makeDirectory, syncDirectory } from "./storage.ts";

/** The files that make a directory an image layout of the OCI image specification 1.1. */
const FILES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["oci-layout", { imageLayoutVersion: "1.0.0" }],
  ["index.json", { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] }],
]);

/** Where the content lies. Flat: file systems look up a name among many faster than a path. */
export function blobsDirectory(root: string): string {
  return join(root, "blobs", "sha256");
}

/** Makes what is missing of a layout, durably. What is there is left as it is: other tools write an index too. */
export async function makeLayout(fs: DiskFs, root: string): Promise<void> {
  await makeDirectory(fs, blobsDirectory(root), { durable: true });
  for (const [name, content] of FILES) {
    const path = join(root, name);
    if (await ifPresent("look at", path, fs.lstat(path))) continue;
    await writeAtomically(fs, { directory: root, chunks: chunksOf(JSON.stringify(content)), durable: true, destination: () => path });
  }
  await syncDirectory(fs, root);
  await syncDirectory(fs, join(root, "blobs"));
}
