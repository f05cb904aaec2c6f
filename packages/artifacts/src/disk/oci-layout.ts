import { dirname, join } from "node:path";
import type { DiskFs } from "@dad/disk";
import { DadError, type Digest, hexOfDigest } from "@dad/protocol";
import { stagingRoot } from "./staging.ts";
import { ifPresent, makeDirectory, syncDirectory, syncFile } from "./storage.ts";

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

/**
 * Makes the files of a layout durable, and all names that lead to the content, up to `/`. Not only what is new here: whoever
 * made the rest may have been killed before it did so, or may have promised less.
 */
export async function syncLayout(fs: DiskFs, root: string): Promise<void> {
  await Promise.all(LAYOUT_FILES.map(({ name }) => syncFile(fs, join(root, name))));
  await Promise.all([syncDirectory(fs, join(root, "blobs")), syncDirectory(fs, root), ...ancestorsOf(root).map((path) => syncAncestor(fs, path))]);
}

function ancestorsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestorsOf(parent)];
}

/** What cannot be synced is of a kind that nobody made here: it is not ours to read, or lies on something that never changes. */
async function syncAncestor(fs: DiskFs, path: string): Promise<void> {
  try {
    await syncDirectory(fs, path);
  } catch (error) {
    if (!DadError.is(error) || !NOT_SYNCED.has(String(codeOf(error.cause)))) throw error;
  }
}

const NOT_SYNCED: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EINVAL", "ENOTSUP", "EROFS"]);

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
