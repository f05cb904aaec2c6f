import { join } from "node:path";
import type { DiskFs } from "@dad/disk";
import { type Digest, hexOfDigest } from "@dad/protocol";
import { stagingRoot } from "./staging.ts";
import { ifPresent, makeDirectory, syncAncestors, syncDirectory, syncFile } from "./storage.ts";

/** A file that makes a directory an image layout of the OCI image specification 1.1. */
export interface LayoutFile {
  readonly name: string;
  readonly text: string;
  /** Whether a file of that name is one. Other tools may have added to it. */
  readonly describes: (found: Readonly<Record<string, unknown>>) => boolean;
}

export const LAYOUT_FILES: readonly LayoutFile[] = [
  {
    name: "oci-layout",
    text: JSON.stringify({ imageLayoutVersion: "1.0.0" }),
    describes: ({ imageLayoutVersion }) => imageLayoutVersion === "1.0.0",
  },
  {
    name: "index.json",
    text: JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] }),
    describes: ({ schemaVersion, manifests }) => schemaVersion === 2 && Array.isArray(manifests),
  },
];

export type LayoutFileState = "valid" | "invalid" | "missing";

export async function stateOf(fs: DiskFs, root: string, { name, describes }: LayoutFile): Promise<LayoutFileState> {
  const path = join(root, name);
  const text = await ifPresent("read", path, fs.readFile(path, "utf8"));
  if (text === undefined) return "missing";
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null && describes(Object.fromEntries(Object.entries(found))) ? "valid" : "invalid";
  } catch {
    return "invalid";
  }
}

/** Where the content lies. Flat: file systems look up a name among many faster than a path. */
export function blobsDirectory(root: string): string {
  return join(root, "blobs", "sha256");
}

export function pathOfBlob(root: string, digest: Digest): string {
  return join(blobsDirectory(root), hexOfDigest(digest));
}

/** Where content goes that is damaged: out of the way, and kept. */
export function damagedDirectory(root: string): string {
  return join(root, "damaged");
}

export async function makeDirectories(fs: DiskFs, root: string): Promise<void> {
  for (const directory of [blobsDirectory(root), stagingRoot(root)]) await makeDirectory(fs, directory, { durable: false });
}

/** Writes a file of the layout whole. */
export type WriteFile = (path: string, text: string) => Promise<unknown>;

/** Makes what is missing of a layout. What is there is left as it is: other tools write an index too. */
export async function makeLayout(fs: DiskFs, root: string, write: WriteFile): Promise<void> {
  for (const { name, text } of LAYOUT_FILES) {
    const path = join(root, name);
    if (!(await ifPresent("look at", path, fs.lstat(path)))) await write(path, text);
  }
}

/** Makes the files of a layout durable, and all names that lead to the content. */
export async function syncLayout(fs: DiskFs, root: string): Promise<void> {
  await Promise.all(LAYOUT_FILES.map(({ name }) => syncFile(fs, join(root, name))));
  await Promise.all([syncDirectory(fs, join(root, "blobs")), syncDirectory(fs, root), syncAncestors(fs, root)]);
}
