import { join } from "node:path";
import { type Digest, hexOfDigest } from "@dad/protocol";
import { checkedDigest } from "../checked.ts";
import { openStore } from "./blob-writer.ts";
import { damageOf } from "./check.ts";
import { type DiskArtifactStorePlace, storePlace } from "./disk-artifact-store.ts";
import { damagedDirectory, LAYOUT_FILES, pathOfBlob, stateOf } from "./oci-layout.ts";
import { sweepStaging } from "./staging.ts";
import { ifPresent, makeDirectory, onDisk, syncDirectory } from "./storage.ts";
import { verify } from "./verified-file.ts";

/**
 * Removes the files that writers left unfinished that do not live any more. Those of a living one stay, whatever their age.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED`.
 *
 * @returns the directories that were removed, one for each writer.
 */
export async function removeLeftovers(store: DiskArtifactStorePlace): Promise<string[]> {
  return (await sweepStaging(storePlace(store))).map(({ directory }) => directory);
}

/**
 * Moves damaged content out of the store, to `damaged/<hex>`, so that it is missing and can be put again. Content that turns
 * out to be whole stays: somebody may have put it again meanwhile.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED`.
 *
 * @returns where it lies now; `undefined` when nothing damaged is stored.
 */
export async function quarantineBlob(store: DiskArtifactStorePlace, digest: Digest): Promise<string | undefined> {
  const { fs, root } = storePlace(store);
  const path = pathOfBlob(root, checkedDigest(digest));
  if (!(await isDamaged(path))) return undefined;
  const directory = damagedDirectory(root);
  await makeDirectory(fs, directory, { durable: true });
  const place = join(directory, hexOfDigest(digest));
  const moved = await ifPresent(
    "move",
    path,
    fs.rename(path, place).then(() => true),
  );
  // Looked at again: between the look and the move it may have been replaced by content that is whole.
  if (moved && !(await isDamaged(place))) await onDisk("put back", place, fs.rename(place, path));
  await syncDirectory(fs, directory);
  return moved && (await ifPresent("look at", place, fs.lstat(place))) ? place : undefined;

  async function isDamaged(where: string): Promise<boolean> {
    const entry = await ifPresent("look at", where, fs.lstat(where));
    if (entry === undefined) return false;
    return !entry.isFile() || (await damageOf(verify(fs, { path: where, digest, size: entry.size }))) !== undefined;
  }
}

/**
 * Takes the permission to write from the file of a content.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED`.
 */
export async function protectBlob(store: DiskArtifactStorePlace, digest: Digest): Promise<void> {
  const { fs, root } = storePlace(store);
  const path = pathOfBlob(root, checkedDigest(digest));
  const entry = await ifPresent("look at", path, fs.lstat(path));
  if (!entry?.isFile() || entry.mode === undefined) return;
  const file = await ifPresent("open", path, fs.open(path, "r"));
  if (file === undefined) return;
  try {
    await onDisk("protect", path, file.chmod(entry.mode & 0o555));
  } finally {
    await file.close();
  }
}

/**
 * Makes the files of an OCI image layout that are missing, and those that are something else; these go to `damaged/`.
 *
 * Errors: `ARTIFACT_STORAGE_FAILED`.
 *
 * @returns the paths of the files that were made.
 */
export async function repairLayout(store: DiskArtifactStorePlace): Promise<string[]> {
  const place = storePlace(store);
  const { fs, root } = place;
  const made: string[] = [];
  for (const file of LAYOUT_FILES) {
    const [state, path, aside] = [await stateOf(fs, root, file), join(root, file.name), damagedDirectory(root)];
    if (state === "valid") continue;
    if (state === "invalid") {
      await makeDirectory(fs, aside, { durable: true });
      await ifPresent("move", path, fs.rename(path, join(aside, file.name)));
    }
    made.push(path);
  }
  if (made.length > 0) await (await openStore(place, true))[Symbol.asyncDispose]();
  return made;
}
