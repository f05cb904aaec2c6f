import { basename, join } from "node:path";
import type { DiskEntry, ListedEntry } from "@dad/disk";
import { DadError, Digest, hexOfDigest } from "@dad/protocol";
import { ArtifactIntegrityError } from "../errors.ts";
import { type DiskArtifactStorePlace, storePlace } from "./disk-artifact-store.ts";
import { blobsDirectory, damagedDirectory, LAYOUT_FILES, type LayoutFile, stateOf } from "./oci-layout.ts";
import { leftoversOf, stagingRoot, type StorePlace } from "./staging.ts";
import { ifPresent } from "./storage.ts";
import { verify } from "./verified-file.ts";

/** What can be said about a store on a disk, beside that it is as it should be. */
export type ArtifactFindingCode =
  /** The bytes of a content are not the ones that were put. `quarantineBlob` moves them away. */
  | "BLOB_DAMAGED"
  /** There is something else than a file under the name of a content. `quarantineBlob` moves it away. */
  | "BLOB_NOT_A_FILE"
  /** The file of a content can be written to, so that a program could damage it. `protectBlob` mends that. */
  | "BLOB_WRITABLE"
  /** A writer that does not live any more left files that it did not finish. `removeLeftovers` removes them. */
  | "LEFTOVER"
  /** A file that makes the directory an OCI image layout is not there. `repairLayout` makes it, and so does the next writer. */
  | "LAYOUT_MISSING"
  /** It is there, and is not what it should be: a power loss may have torn it. `repairLayout` moves it away and makes it anew. */
  | "LAYOUT_INVALID"
  /** Something else lies in the store. It is left alone. */
  | "FOREIGN_FILE";

/** Something about a store on a disk that is not as it should be, or is not its own. */
export interface ArtifactFinding {
  readonly code: ArtifactFindingCode;
  /** `error`: content is lost or cannot be trusted. `warning`: it is whole, and something should be done. `info`: nothing has to. */
  readonly severity: "error" | "warning" | "info";
  /** An absolute path. */
  readonly path: string;
  /** A sentence for people. */
  readonly message: string;
  /** The content that it is about. */
  readonly digest?: Digest;
}

export interface DiskArtifactCheckOptions extends DiskArtifactStorePlace {
  /** `false` reads no content: then nothing is said of what is damaged. Default `true`. */
  readonly content?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Looks at all that is in a store on a disk, and reads every content. Changes nothing. What others put or delete meanwhile
 * may or may not be seen, and is no finding. A store that nothing was put into yet is as it should be.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED` when the disk does not let itself be looked at.
 */
export async function* checkDiskArtifacts({ signal, content = true, ...options }: DiskArtifactCheckOptions): AsyncGenerator<ArtifactFinding, void> {
  signal?.throwIfAborted();
  const place = storePlace(options);
  const { fs, root } = place;
  if ((await ifPresent("look at", root, fs.lstat(root))) === undefined) return;
  for (const file of LAYOUT_FILES) yield* checkLayoutFile(place, file);
  yield* foreignIn(place, root, [...LAYOUT_FILES.map(({ name }) => name), "blobs", basename(stagingRoot(root)), basename(damagedDirectory(root))]);
  yield* foreignIn(place, join(root, "blobs"), [basename(blobsDirectory(root))]);
  for await (const { directory, files } of leftoversOf(place)) {
    const message =
      files.length === 0 ? "a writer that was killed left its directory" : `a writer that was killed left ${files.length} unfinished files`;
    yield { code: "LEFTOVER", severity: files.length === 0 ? "info" : "warning", path: directory, message };
  }
  yield* checkBlobs(place, { content, signal });
}

async function* checkLayoutFile({ fs, root }: StorePlace, file: LayoutFile): AsyncGenerator<ArtifactFinding, void> {
  const state = await stateOf(fs, root, file);
  const path = join(root, file.name);
  if (state === "missing") yield { code: "LAYOUT_MISSING", severity: "warning", path, message: `${file.name} is not there` };
  if (state === "invalid") yield { code: "LAYOUT_INVALID", severity: "warning", path, message: `${file.name} is not that of an OCI image layout` };
}

async function* foreignIn({ fs }: StorePlace, directory: string, own: readonly string[]): AsyncGenerator<ArtifactFinding, void> {
  for (const { name } of (await ifPresent("list", directory, fs.readdir(directory, { withFileTypes: true }))) ?? [])
    if (!own.includes(name)) yield foreign(join(directory, name));
}

function foreign(path: string): ArtifactFinding {
  return { code: "FOREIGN_FILE", severity: "info", path, message: "it is not part of the store" };
}

interface BlobCheck {
  readonly content: boolean;
  readonly signal: AbortSignal | undefined;
}

async function* checkBlobs(place: StorePlace, check: BlobCheck): AsyncGenerator<ArtifactFinding, void> {
  const directory = blobsDirectory(place.root);
  const entries: AsyncIterable<ListedEntry> | readonly ListedEntry[] = (await ifPresent("list", directory, place.fs.opendir(directory))) ?? [];
  for await (const { name } of entries) {
    check.signal?.throwIfAborted();
    const digest = Digest.safeParse(`sha256:${name}`);
    if (digest.success) yield* checkBlob(place, digest.data, check);
    else yield foreign(join(directory, name));
  }
}

async function* checkBlob({ fs, root }: StorePlace, digest: Digest, { content, signal }: BlobCheck): AsyncGenerator<ArtifactFinding, void> {
  const path = join(blobsDirectory(root), hexOfDigest(digest));
  const entry = await ifPresent("look at", path, fs.lstat(path));
  if (entry === undefined) return;
  if (!entry.isFile()) {
    yield { code: "BLOB_NOT_A_FILE", severity: "error", path, digest, message: "what is stored under the name of a content is not a file" };
    return;
  }
  const damage = content ? await damageOf(verify(fs, { path, digest, size: entry.size, signal })) : undefined;
  if (damage !== undefined) yield { code: "BLOB_DAMAGED", severity: "error", path, digest, message: damage.message };
  if (isWritable(entry)) yield { code: "BLOB_WRITABLE", severity: "warning", path, digest, message: "the file of a content can be written to" };
}

function isWritable({ mode = 0 }: DiskEntry): boolean {
  return (mode & 0o222) !== 0;
}

/** `undefined` for content that is whole, and for content that was deleted meanwhile. */
export async function damageOf(verified: Promise<void>): Promise<Error | undefined> {
  try {
    await verified;
  } catch (error) {
    if (error instanceof ArtifactIntegrityError) return error;
    if (!DadError.is(error, "ARTIFACT_MISSING")) throw error;
  }
  return undefined;
}
